import * as fs from 'node:fs';
import * as os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { findBinary, type Lookup } from './binary';
import { settingsFor } from './interpreters';
import { SelectedInterpreters } from './python';

/**
 * The documents that the server answers questions about; it watches the files on disk by itself. A test of the server
 * holds this list to what it knows.
 */
const DOCUMENTS = [
  { scheme: 'file', language: 'python' },
  ...[
    '**/pyproject.toml',
    '**/pixi.toml',
    '**/setup.cfg',
    '**/Pipfile',
    '**/.gitmodules',
    '**/*workspace*.yaml',
    '**/*workspace*.yml',
    '**/*dagster*.yaml',
    '**/*dagster*.yml',
    '**/*cloud*.yaml',
    '**/*cloud*.yml',
    '**/*location*.yaml',
    '**/*location*.yml',
    '**/build.yaml',
    '**/build.yml',
    '**/dg.toml',
    '**/*requirements*.txt',
    '**/*requirements*.in',
    '**/*constraints*.txt',
    '**/*constraints*.in',
    '**/requirements/*.txt',
    '**/requirements/*.in',
    '**/uv.lock',
    '**/poetry.lock',
    '**/pdm.lock',
    '**/Pipfile.lock',
    '**/pixi.lock',
    '**/pylock.toml',
    '**/pylock.*.toml',
    '**/defs.yaml',
    '**/defs.yml',
    '**/component.yaml',
    '**/crossloc.toml',
  ].map((pattern) => ({ scheme: 'file', pattern })),
];

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const own = new Server(context);
  server = own;
  context.subscriptions.push(
    own,
    vscode.commands.registerCommand('crossloc.restart', () => own.restart()),
    vscode.commands.registerCommand('crossloc.showLogs', () => own.log.show()),
    vscode.commands.registerCommand('crossloc.showServerVersion', () => own.showVersion()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration('crossloc.path') || event.affectsConfiguration('crossloc.logLevel')) {
        await own.restart();
      }
    }),
    // Trust makes the path that the workspace sets count.
    vscode.workspace.onDidGrantWorkspaceTrust(() => own.restart()),
  );
  await own.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The one running server with what is shown of it. */
class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('crossloc', { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem('crossloc.status', DOCUMENTS);
  private readonly interpreters = new SelectedInterpreters();
  private client: LanguageClient | undefined;
  private origin = '';
  /** Starts and stops run one after the other, however fast they are asked for. */
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = 'crossloc';
    this.status.command = { command: 'crossloc.showLogs', title: 'Show Logs' };
    this.interpreters.onDidChange(() => this.tellInterpreters());
  }

  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.stopClient();
      await this.startClient();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopClient());
  }

  dispose(): void {
    this.interpreters.dispose();
    this.status.dispose();
    this.log.dispose();
  }

  showVersion(): void {
    const version = this.client?.initializeResult?.serverInfo?.version;
    void vscode.window.showInformationMessage(
      version === undefined ? 'crossloc: the server does not run.' : `crossloc ${version} (${this.origin})`,
    );
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error: unknown) => {
      this.fail(`The crossloc server failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    return this.queue;
  }

  private async startClient(): Promise<void> {
    const settings = vscode.workspace.getConfiguration('crossloc');
    const binary = this.lookup(settings.get('path', ''));
    if (!binary.found) {
      this.fail(binary.reason);
      return;
    }
    this.origin = `${binary.file}, from ${binary.origin}`;
    this.log.info(`starting ${this.origin}`);
    // Without a `transport` the client speaks over stdin and stdout and adds no argument of its own.
    const serverOptions: ServerOptions = {
      command: binary.file,
      args: ['server'],
      options: { env: { ...process.env, CROSSLOC_LOG: settings.get('logLevel', 'info') } },
    };
    const clientOptions: LanguageClientOptions = { documentSelector: DOCUMENTS, outputChannel: this.log };
    const client = new LanguageClient('crossloc', 'crossloc', serverOptions, clientOptions);
    client.onDidChangeState(({ newState }) => this.show(client, newState));
    this.client = client;
    await client.start();
    // Not waited for: the Python extension may take long to come up, or never do.
    void this.tellInterpreters();
  }

  /** Tells the server which interpreters are selected. */
  private async tellInterpreters(): Promise<void> {
    const client = this.client;
    const interpreters = await this.interpreters.current();
    if (client !== undefined && client === this.client && client.state === State.Running) {
      this.log.info(`selected interpreters: ${JSON.stringify(interpreters)}`);
      await client.sendNotification('workspace/didChangeConfiguration', settingsFor(interpreters));
    }
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A client that never came up cannot be stopped, only let go.
    await client?.dispose().catch((error: unknown) => this.log.warn(`stopping: ${String(error)}`));
  }

  private lookup(setting: string): Lookup {
    return findBinary({
      setting,
      environment: process.env,
      platform: process.platform,
      home: os.homedir(),
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      extensionFolder: this.context.extensionUri.fsPath,
      isExecutable,
    });
  }

  private show(client: LanguageClient, state: State): void {
    if (client !== this.client) {
      return;
    }
    const version = client.initializeResult?.serverInfo?.version ?? '';
    const texts = {
      [State.Stopped]: 'crossloc: stopped',
      [State.Starting]: 'crossloc: starting',
      [State.StartFailed]: 'crossloc: failed to start',
      [State.Running]: `crossloc ${version}`.trim(),
    };
    this.status.text = texts[state];
    this.status.detail = this.origin;
    this.status.busy = state === State.Starting;
    this.status.severity =
      state === State.Running || state === State.Starting
        ? vscode.LanguageStatusSeverity.Information
        : vscode.LanguageStatusSeverity.Error;
  }

  private fail(message: string): void {
    this.log.error(message);
    this.status.text = 'crossloc: not running';
    this.status.detail = message;
    this.status.busy = false;
    this.status.severity = vscode.LanguageStatusSeverity.Error;
    void vscode.window.showErrorMessage(message, 'Open Settings', 'Show Logs').then((choice) => {
      if (choice === 'Open Settings') {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'crossloc.path');
      } else if (choice === 'Show Logs') {
        this.log.show();
      }
    });
  }
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
