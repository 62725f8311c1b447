use super::Found;
use crate::manifest::DistributionName;
use crate::python::ModuleName;
use crate::vfs::*;
use camino::*;
#[derive(Debug)]
pub struct Environment {
    pub site_packages: Vec<Utf8PathBuf>,
}
pub fn find_environment(_f: &Files, _d: &Utf8Path, _r: Option<&Utf8Path>) -> Option<Environment> {
    None
}
impl Environment {
    pub fn find(&self, _f: &Files, _m: &ModuleName) -> Option<Found> {
        None
    }
    pub fn provider_of(&self, _f: &Files, _m: &ModuleName) -> Option<DistributionName> {
        None
    }
}
