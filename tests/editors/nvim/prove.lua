-- What a Neovim user gets, shown in a real Neovim: the client attaches, a manifest and a Python file bear their
-- findings, edits count before they are saved, and definition leads into the shared code.
--
-- The current directory is an empty workspace. Each step waits for what it expects and ends everything if that does
-- not come.

local WAIT = 20000 -- milliseconds; only a failing step takes so long

local FILES = {
  ['shared/pyproject.toml'] = [[
[project]
name = "acme-shared"
version = "0.2.0"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["src/acme"]
]],
  ['shared/src/acme/__init__.py'] = '',
  ['shared/src/acme/io.py'] = [[
"""Reading and writing tables."""


def store(name: str, rows: list) -> None:
    pass


def load(name: str) -> list:
    """Load a table."""
    return []
]],
  ['etl/pyproject.toml'] = [[
[project]
name = "etl"
version = "0.1.0"
dependencies = ["acme-shared", "acme-missing"]

[tool.uv.sources]
acme-shared = { path = "../shared", editable = true }
acme-missing = { path = "../gone" }
]],
  ['etl/src/etl/__init__.py'] = '',
  ['etl/src/etl/assets.py'] = [[
from acme.io import load


def orders() -> list:
    # ü and 🐍 stand before the call: columns are counted in the negotiated encoding.
    return ["ü🐍"] + load("orders")
]],
  ['ml/pyproject.toml'] = [[
[project]
name = "ml"
version = "0.1.0"
]],
  ['ml/src/ml/__init__.py'] = '',
  ['ml/src/ml/train.py'] = [[
import math

from acme.io import load

print(math.pi, load("orders"))
]],
}

local passed = 0

local function say(line)
  io.stdout:write(line .. '\n')
end

local function finish(failed)
  say(('neovim %s: %d passed, %d failed'):format(vim.version(), passed, failed))
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop(true)
  end
  vim.cmd(failed == 0 and 'qall!' or 'cquit 1')
end

local function fail(what, seen)
  say('FAILED  ' .. what)
  say('  seen: ' .. seen())
  local log = vim.lsp.log.get_filename()
  if vim.fn.filereadable(log) == 1 then
    say('  log of the client:\n    ' .. table.concat(vim.fn.readfile(log, '', -20), '\n    '))
  end
  finish(1)
end

-- Waits until `holds` is true; `seen` tells what there is instead.
local function expect(what, holds, seen)
  if vim.wait(WAIT, holds, 20) then
    passed = passed + 1
    say('ok      ' .. what)
  else
    fail(what, seen)
  end
end

local function write_workspace()
  for path, text in pairs(FILES) do
    vim.fn.mkdir(vim.fs.dirname(path), 'p')
    local file = assert(io.open(path, 'w'))
    file:write(text)
    file:close()
  end
  assert(vim.system({ 'git', 'init', '--quiet' }):wait().code == 0, 'git init failed')
end

-- The 0-based line and byte column where `text` first stands in the file.
local function place(path, text)
  for index, line in ipairs(vim.split(FILES[path], '\n')) do
    local column = line:find(text, 1, true)
    if column then
      return { index - 1, column - 1 }
    end
  end
  error(('no %q in %s'):format(text, path))
end

local function attached(buffer)
  local clients = vim.lsp.get_clients({ bufnr = buffer, name = 'crossloc' })
  return #clients == 1 and clients[1].initialized == true
end

local function shown_clients()
  return vim.inspect(vim.tbl_map(function(client)
    return { client.name, client.root_dir, client.initialized }
  end, vim.lsp.get_clients()))
end

local function findings(buffer, code)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == code and diagnostic.source == 'crossloc'
  end, vim.diagnostic.get(buffer))
end

local function shown_diagnostics(buffer)
  return vim.inspect(vim.tbl_map(function(diagnostic)
    local position = ('%d:%d'):format(diagnostic.lnum + 1, diagnostic.col + 1)
    return { position, diagnostic.source, diagnostic.code, diagnostic.message }
  end, vim.diagnostic.get(buffer)))
end

-- Exactly one finding of the rule in the buffer, and on the line of `text`.
local function expect_finding(buffer, path, code, text)
  local line = place(path, text)[1]
  expect(('%s: %s on line %d'):format(path, code, line + 1), function()
    local found = findings(buffer, code)
    return #found == 1 and found[1].lnum == line
  end, function()
    return shown_diagnostics(buffer)
  end)
end

local function open(path)
  vim.cmd.edit(path)
  local buffer = vim.api.nvim_get_current_buf()
  expect(('%s: client attached'):format(path), function()
    return attached(buffer)
  end, shown_clients)
  return buffer
end

local function prove_manifest()
  local path = 'etl/pyproject.toml'
  local buffer = open(path)
  expect_finding(buffer, path, 'missing-source-path', '"../gone"')
  local line = place(path, '"../gone"')[1]
  vim.api.nvim_buf_set_lines(buffer, line, line + 1, true, {})
  expect(path .. ': the finding goes with its line, unsaved', function()
    return #findings(buffer, 'missing-source-path') == 0
  end, function()
    return shown_diagnostics(buffer)
  end)
  vim.cmd('silent undo')
  expect_finding(buffer, path, 'missing-source-path', '"../gone"')
end

local function prove_python()
  local path = 'ml/src/ml/train.py'
  expect_finding(open(path), path, 'undeclared-dependency', 'from acme.io')
end

local function prove_definition()
  local from, to = 'etl/src/etl/assets.py', 'shared/src/acme/io.py'
  open(from)
  local use = place(from, 'load("orders")')
  vim.api.nvim_win_set_cursor(0, { use[1] + 1, use[2] + 1 })
  vim.lsp.buf.definition()
  local function here()
    local cursor = vim.api.nvim_win_get_cursor(0)
    return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':.'), cursor[1] - 1, cursor[2]
  end
  local wanted = place(to, 'load(name')
  expect(('definition leads to %s:%d:%d'):format(to, wanted[1] + 1, wanted[2] + 1), function()
    local file, line, column = here()
    return file == to and line == wanted[1] and column == wanted[2]
  end, function()
    local file, line, column = here()
    return ('%s:%d:%d'):format(file, line + 1, column + 1)
  end)
  expect(to .. ': served by the same client', function()
    return attached(0) and #vim.lsp.get_clients() == 1
  end, shown_clients)
end

local function prove_health()
  vim.cmd('silent checkhealth crossloc')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  expect(':checkhealth crossloc finds nothing wrong', function()
    return report:find('OK client', 1, true) ~= nil and not report:find('ERROR', 1, true) and not report:find('WARNING', 1, true)
  end, function()
    return report
  end)
end

local function prove()
  write_workspace()
  vim.lsp.enable('crossloc')
  prove_manifest()
  prove_python()
  prove_definition()
  prove_health()
  finish(0)
end

local ran, problem = xpcall(prove, debug.traceback)
if not ran then
  fail('the test itself', function()
    return problem
  end)
end
