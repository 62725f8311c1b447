---@brief
---
--- crossloc: navigation and checks for Python code that several Dagster code locations share.
---
--- Enable it with `vim.lsp.enable('crossloc')`; the `crossloc` binary is looked for on `PATH`.

-- A `crossloc.toml` states the root, also above several checkouts. Without one the repository is the root: the
-- code that a location shares mostly lies beside it, not below its own pyproject.toml.
-- The names in the inner list are equals: the nearest directory with any of them is taken.

---@type vim.lsp.Config
return {
  cmd = { 'crossloc', 'server' },
  -- `requirements` is requirements*.txt, `gitconfig` .gitmodules, `dosini` setup.cfg; Pipfile and uv.lock are `toml`.
  -- Pipfile.lock would take all of `json` along. A test of the server holds this list to what it knows.
  filetypes = { 'python', 'toml', 'yaml', 'requirements', 'dosini', 'gitconfig' },
  root_markers = {
    'crossloc.toml',
    '.git',
    {
      'workspace.yaml',
      'dagster_cloud.yaml',
      'dg.toml',
      'uv.lock',
      'pixi.toml',
      'pyproject.toml',
      'setup.cfg',
      'setup.py',
      'requirements.txt',
      'Pipfile',
    },
  },
  -- A lone file outside any project shares nothing with anybody.
  workspace_required = true,
}
