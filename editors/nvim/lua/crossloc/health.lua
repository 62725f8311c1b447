-- `:checkhealth crossloc`: is the binary there, which version is it, and does it serve anything?
local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok(('Neovim %s'):format(vim.version()))
  else
    vim.health.error('Neovim is older than 0.11, which brought `vim.lsp.enable`')
  end
end

-- The command may have been replaced by the user's own `vim.lsp.config('crossloc', { cmd = … })`.
local function check_binary()
  local config = vim.lsp.config.crossloc
  if not config then
    vim.health.error('no configuration named `crossloc`', 'put `editors/nvim` on the runtimepath')
    return
  end
  if type(config.cmd) ~= 'table' then
    vim.health.info('`cmd` is a function: the binary is not known from here')
    return
  end
  local name = config.cmd[1]
  local path = vim.fn.exepath(name)
  if path == '' then
    vim.health.error(("`%s` is not an executable"):format(name), {
      'put `crossloc` on PATH, or',
      "name it: `vim.lsp.config('crossloc', { cmd = { '/path/to/crossloc', 'server' } })`",
    })
    return
  end
  local run, process = pcall(vim.system, { path, '--version' }, { text = true, timeout = 5000 })
  local result = run and process:wait() or nil
  if result and result.code == 0 then
    vim.health.ok(('%s (`%s`)'):format(vim.trim(result.stdout), path))
  else
    vim.health.error(('`%s --version` fails'):format(path), result and vim.trim(result.stderr) or nil)
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'crossloc' })
  if #clients == 0 then
    vim.health.warn('no client runs', "call `vim.lsp.enable('crossloc')` and open a file of a project")
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    vim.health.ok(('client %d serves `%s`, %d buffer(s)'):format(client.id, client.root_dir or '?', buffers))
  end
end

function M.check()
  vim.health.start('crossloc')
  check_neovim()
  check_binary()
  check_clients()
end

return M
