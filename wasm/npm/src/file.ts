// The entry `/wasm`: the module is a file that the caller loads.

import { EXAMPLE } from "../generated/subject.js";
import { take, validated } from "./calls.js";
import { explain, setSource } from "./instance.js";

/** What a module can be loaded from. */
export type ModuleSource =
  | string
  | URL
  | Response
  | Uint8Array
  | ArrayBuffer
  | WebAssembly.Module;

/**
 * Loads the module: from a URL (streamed while it is compiled), a response, its bytes, or as it
 * was compiled elsewhere. To be awaited before the first call. It reads an example too, some 2 ms, as engines compile a
 * function when it is first called: the calls that follow need not wait for that.
 *
 * @throws Error where it cannot be fetched or compiled.
 */
export async function init(source: ModuleSource | Promise<ModuleSource>): Promise<void> {
  try {
    const compiled = await load(await source);
    setSource(() => compiled);
    validated(take(EXAMPLE));
  } catch (error) {
    throw explain(error);
  }
}

async function load(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (typeof Response === "undefined" || !(source instanceof Response)) {
    return WebAssembly.compile(source as Uint8Array<ArrayBuffer>);
  }
  if (!source.ok) throw new Error(`\`${source.url}\` answers ${source.status}`);
  // Servers that send another type than `application/wasm` cannot be streamed from.
  return source.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(source)
    : WebAssembly.compile(await source.arrayBuffer());
}

export * from "./face.js";
