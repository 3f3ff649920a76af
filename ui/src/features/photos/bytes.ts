/** The bytes of a file as base64, read by the browser itself. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => fail(reader.error ?? new Error("The file could not be read"));
    reader.readAsDataURL(file);
  });
}
