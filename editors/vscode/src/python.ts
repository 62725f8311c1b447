import * as path from 'node:path';
import * as vscode from 'vscode';
import { selectedInterpreters, type Selector } from './interpreters';

/** What we use of the API of `ms-python.vscode-python-envs`. */
interface PythonEnvironments {
  getEnvironment(scope: vscode.Uri): Promise<{ sysPrefix: string } | undefined>;
  onDidChangeEnvironment: vscode.Event<unknown>;
}

/** What we use of the API of `ms-python.python`. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource: vscode.WorkspaceFolder): { path: string };
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The interpreters that the Python extensions have selected, followed while they change. */
export class SelectedInterpreters implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [
    this.changed,
    vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed.fire()),
  ];
  private selectors: Promise<Selector<vscode.WorkspaceFolder>[]> | undefined;

  readonly onDidChange = this.changed.event;

  /** By the path of the workspace folder. Waits for the Python extensions to come up; empty where there is none. */
  async current(): Promise<Record<string, string>> {
    this.selectors ??= this.connect();
    return selectedInterpreters(vscode.workspace.workspaceFolders ?? [], await this.selectors, {
      of: (folder) => folder.uri.fsPath,
      isAbsolute: path.isAbsolute,
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private async connect(): Promise<Selector<vscode.WorkspaceFolder>[]> {
    const environments = await api<PythonEnvironments>('ms-python.vscode-python-envs');
    const python = await api<PythonExtension>('ms-python.python');
    const selectors: Selector<vscode.WorkspaceFolder>[] = [];
    if (typeof environments?.getEnvironment === 'function') {
      this.follow(environments.onDidChangeEnvironment);
      selectors.push({
        interpreter: async (folder) => (await environments.getEnvironment(folder.uri))?.sysPrefix,
      });
    }
    if (python?.environments !== undefined) {
      this.follow(python.environments.onDidChangeActiveEnvironmentPath);
      selectors.push({
        interpreter: async (folder) => python.environments.getActiveEnvironmentPath(folder).path,
      });
    }
    return selectors;
  }

  private follow(event: vscode.Event<unknown>): void {
    this.subscriptions.push(event(() => this.changed.fire()));
  }
}

/** The API of an extension; undefined where it is not there or does not come up. */
async function api<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  try {
    return await extension?.activate();
  } catch {
    return undefined;
  }
}
