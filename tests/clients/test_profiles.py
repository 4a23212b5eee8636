"""The language server under what real clients say of themselves: VS Code and Neovim.

Run by tests/clients.rs; the program is named by the variable DATAWAY.
"""

import os

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

URI = "file:///orders/order.dw"
TEXT = "def dw_process(msg):\n    total = 1\n    return totl + total\n"


def watching_client() -> LanguageClient:
    """A client that lets the server ask for news of files."""
    client = make_test_lsp_client()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        assert [one.method for one in params.registrations] == [types.WORKSPACE_DID_CHANGE_WATCHED_FILES]

    return client


@pytest_lsp.fixture(
    params=["visual-studio-code", "neovim@v0.7.0", "neovim@v0.11.0"],
    config=ClientServerConfig(
        server_command=[os.environ["DATAWAY"], "lsp"], client_factory=watching_client
    ),
)
async def client(request, lsp_client: LanguageClient):
    params = types.InitializeParams(capabilities=client_capabilities(request.param))
    await lsp_client.initialize_session(params)
    document = types.TextDocumentItem(uri=URI, language_id="dataway", version=1, text=TEXT)
    lsp_client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    yield
    await lsp_client.shutdown_session()


def at(line: int, character: int) -> dict:
    return {
        "text_document": types.TextDocumentIdentifier(uri=URI),
        "position": types.Position(line=line, character=character),
    }


@pytest.mark.asyncio
async def test_diagnostics(client: LanguageClient):
    if client.capabilities.text_document.diagnostic:
        identifier = types.TextDocumentIdentifier(uri=URI)
        report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(text_document=identifier))
        found = report.items
    else:
        await client.wait_for_notification("textDocument/publishDiagnostics")
        found = client.diagnostics[URI]
    assert [one.code for one in found] == ["DW1001"]
    assert found[0].range.start == types.Position(line=2, character=11)


@pytest.mark.asyncio
async def test_completion(client: LanguageClient):
    found = await client.text_document_completion_async(types.CompletionParams(**at(2, 14)))
    assert "total" in [item.label for item in found.items]


@pytest.mark.asyncio
async def test_hover(client: LanguageClient):
    found = await client.text_document_hover_async(types.HoverParams(**at(1, 5)))
    assert "total" in found.contents.value


@pytest.mark.asyncio
async def test_definition(client: LanguageClient):
    found = await client.text_document_definition_async(types.DefinitionParams(**at(2, 20)))
    assert found[0].range.start.line == 1


@pytest.mark.asyncio
async def test_rename(client: LanguageClient):
    edit = await client.text_document_rename_async(types.RenameParams(new_name="sum_of_all", **at(1, 5)))
    edits = edit.changes[URI] if edit.changes else edit.document_changes[0].edits
    assert len(edits) == 2


@pytest.mark.asyncio
async def test_symbols(client: LanguageClient):
    identifier = types.TextDocumentIdentifier(uri=URI)
    found = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=identifier))
    assert [one.name for one in found] == ["dw_process"]


@pytest.mark.asyncio
async def test_edits(client: LanguageClient):
    change = types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(2, 11), types.Position(2, 15)), text="total"
    )
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(version=2, uri=URI), content_changes=[change]
        )
    )
    found = await client.text_document_references_async(
        types.ReferenceParams(context=types.ReferenceContext(include_declaration=True), **at(1, 5))
    )
    assert len(found) == 3


@pytest.mark.asyncio
async def test_documentation(client: LanguageClient):
    found = await client.text_document_completion_async(types.CompletionParams(**at(2, 11)))
    item = next(item for item in found.items if item.label == "round")
    support = client.capabilities.text_document.completion.completion_item.resolve_support
    if support and "documentation" in support.properties:
        assert item.documentation is None
        item = await client.completion_item_resolve_async(item)
    assert "round(" in item.documentation.value


def hostile(folder) -> list[types.TextDocumentItem]:
    """Scripts that never end on their samples, samples that nobody can hold, and a script of 5 MB."""
    endless = "def dw_process(msg):\n    n = 0\n    while True:\n        n += 1\n"
    reading = "def dw_process(msg):\n    return len(str(msg.payload))\n"
    texts = {
        "endless": (endless, "{}"),
        "growing": ("def dw_process(msg):\n    return 'x' * 10 ** 12\n", "{}"),
        "deep": (reading, "[" * 200_000),
        "huge": (reading, "[" + "1234567890, " * 1_000_000 + "1]"),
        "long": (reading + "# x\n" * 1_250_000, "{}"),
        "again": (endless, "[]"),
    }
    documents = []
    for name, (text, sample) in texts.items():
        (folder / f"{name}.sample.json").write_text(sample)
        uri = (folder / f"{name}.dw").as_uri()
        documents.append(types.TextDocumentItem(uri=uri, language_id="dataway", version=1, text=text))
    return documents


@pytest.mark.asyncio
async def test_typing_goes_on_beside_endless_and_huge_things(client: LanguageClient, tmp_path):
    settings = {"dataway": {"live": {"timeLimit": 60_000}}}
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    for document in hostile(tmp_path):
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    for version in range(2, 12):
        change = types.TextDocumentContentChangePartial(
            range=types.Range(types.Position(1, 13), types.Position(1, 13)), text=str(version % 10)
        )
        identifier = types.VersionedTextDocumentIdentifier(version=version, uri=URI)
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=identifier, content_changes=[change])
        )
        found = await client.text_document_hover_async(types.HoverParams(**at(1, 5)))
        assert "total" in found.contents.value
