//! By which rule an environment is a project's.

/// The rule, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// It was selected in the editor for the project's folder.
    Selected,
    /// dg's `.env` names its interpreter.
    DgVariable,
    /// `UV_PROJECT_ENVIRONMENT` names it.
    UvVariable,
    /// It lies in the project's folder, under one of the usual names.
    Folder,
    /// pixi made it.
    Pixi,
    /// Poetry made it, outside of the project.
    Poetry,
    /// hatch made it, outside of the project.
    Hatch,
    /// It is the active one of our process, by this variable.
    Active(&'static str),
    /// It was selected in the editor for a folder around several projects, of which this one has none of its own.
    SelectedAround,
}

impl FoundBy {
    /// The rule as evidence, behind "the environment `.venv`, ".
    pub fn words(self) -> String {
        match self {
            Self::Selected => "selected in the editor".to_owned(),
            Self::DgVariable => "named by `DG_PROJECT_PYTHON_EXECUTABLE` in `.env`".to_owned(),
            Self::UvVariable => "named by `UV_PROJECT_ENVIRONMENT`".to_owned(),
            Self::Folder => "in the project's folder".to_owned(),
            Self::Pixi => "made by pixi".to_owned(),
            Self::Poetry => "made by Poetry".to_owned(),
            Self::Hatch => "made by hatch".to_owned(),
            Self::Active(variable) => format!("active by `{variable}`"),
            Self::SelectedAround => "selected in the editor for a folder around the project".to_owned(),
        }
    }

    /// Whether the environment is the project's own, so that what is installed there can be held against its manifests
    /// and locks. One that stands in for several projects can fit only some of them.
    pub fn is_own(self) -> bool {
        self != Self::SelectedAround
    }
}
