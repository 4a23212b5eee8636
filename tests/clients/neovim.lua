-- A script in Neovim: the language server starts, says what is wrong, and answers. Run by tests/clients.rs as
-- `nvim --headless -u NONE -l` does, with the program in DATAWAY and a folder to write to in FOLDER.

local function check(what, holds, found)
  if not holds then
    io.stderr:write('FAILED ' .. what .. ': ' .. vim.inspect(found) .. '\n')
    vim.cmd('cquit 1')
  end
  io.stdout:write('ok ' .. what .. '\n')
end

local path = os.getenv('FOLDER') .. '/order.dw'
vim.fn.writefile({ 'def dw_process(msg):', '    total = 1', '    return totl + total' }, path)
vim.cmd('edit ' .. path)
local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({ name = 'dataway', cmd = { os.getenv('DATAWAY'), 'lsp' }, root_dir = os.getenv('FOLDER') })
check('the client starts', client ~= nil, client)
vim.lsp.buf_attach_client(buffer, client)

check('a misspelt name is an error', vim.wait(20000, function()
  return #vim.diagnostic.get(buffer) > 0
end, 50), vim.diagnostic.get(buffer))
local mistake = vim.diagnostic.get(buffer)[1]
check('it stands where it was written', mistake.lnum == 2 and mistake.col == 11 and mistake.code == 'DW1001', mistake)

local function ask(method, line, column)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = line, character = column } }
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000)
  return answers and answers[client] and answers[client].result
end

local hover = ask('textDocument/hover', 1, 5)
check('hover tells the type', hover and vim.inspect(hover):find('total'), hover)
local place = ask('textDocument/definition', 2, 20)
check('definition', place and place[1].range.start.line == 1, place)
local offered = ask('textDocument/completion', 2, 14)
check('completion', offered and vim.inspect(offered):find('"total"'), nil)

vim.api.nvim_buf_set_lines(buffer, 2, 3, false, { '    return total' })
check('an edit mends it', vim.wait(20000, function()
  return #vim.diagnostic.get(buffer) == 0
end, 50), vim.diagnostic.get(buffer))
vim.lsp.stop_client(client)
vim.cmd('qall!')
