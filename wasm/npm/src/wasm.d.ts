declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "node:buffer" {
  export const Buffer: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
}
