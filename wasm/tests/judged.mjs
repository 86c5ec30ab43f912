// Holds a package against what the native library said: lines of JSON, which xtask/src/npm/native.rs tells of.
// Nothing of Node is used, so that a browser can run it as well.

/** A column in UTF-16 code units as one in characters, as the native library counts. */
const characters = (text, { line, column }) =>
  line === 0 ? column : [...text.split("\n")[line - 1].slice(0, column - 1)].length + 1;

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a scope is for the package: the names of its members, and the values as JSON texts. */
function scopeOf(tantamount, values) {
  const names = Object.keys(tantamount.NO_SCOPE);
  if (names.length !== values.length) throw new Error(`a scope of ${values.length} values for the members ${names}`);
  return Object.fromEntries(names.map((name, index) => [name, values[index] === null ? null : exactly(values[index])]));
}

/** A value of JSON; a number that a double may not hold is a `bigint`, as far as it is one. */
const exactly = (text) => (/^-?\d{16,}$/.test(text) ? BigInt(text) : JSON.parse(text));

/** JSON with the members of objects in one order. */
const sorted = (value) => JSON.stringify(value, (_, member) =>
  member !== null && typeof member === "object" && !Array.isArray(member)
    ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1))) : member);

const isSame = (found, expected, what) => {
  const [one, other] = [sorted(found), sorted(expected)];
  if (one !== other) throw new Error(`${what}\n     found: ${one}\n  expected: ${other}`);
};

/** Judges one line, and throws where the verdict is another. Tells whether the texts were accepted. */
export async function hold(tantamount, line) {
  const { texts, scope: values, read, compared } = JSON.parse(line);
  const scope = scopeOf(tantamount, values);
  const inputs = texts.map((text) => (typeof text === "string" ? text : bytesOf(text.hex)));
  for (const [index, input] of inputs.entries()) {
    const { canonical, digest, problems, omitted } = read[index];
    const text = typeof input === "string" ? input : decoder.decode(input);
    const both = typeof input === "string" ? [input, new TextEncoder().encode(input)] : [input];
    for (const input of both) {
      const found = tantamount.validate(input);
      if (canonical === undefined) {
        if (!found.length) throw new Error(`accepted, and should not be: ${text}`);
        // Places in what is no text are told in another way.
        if (problems && typeof texts[index] === "string") {
          isSame(found.map((problem) => ({ ...problem, column: characters(text, problem) })), problems, `the problems of ${text}`);
        } else if (problems) {
          isSame(found.map(({ pointer, code }) => [pointer, code]), problems.map(({ pointer, code }) => [pointer, code]), `the problems of ${text}`);
        }
        let refusal;
        try {
          tantamount.digest(input, scope);
        } catch (error) {
          refusal = error;
        }
        isSame(refusal?.problems, found, `what is thrown for ${text}`);
        if (problems) isSame(refusal.omitted, omitted, `how many more problems has ${text}`);
      } else {
        isSame(found, [], `the problems of ${text}`);
        isSame(tantamount.canonicalizeToString(input, scope), canonical, `the canonical form of ${text}`);
        isSame(tantamount.digest(input, scope), digest, `the digest of ${text}`);
        const prepared = await tantamount.prepareAsync(input, scope);
        isSame([decoder.decode(prepared.bytes), prepared.digest], [canonical, digest], `prepared aside: ${text}`);
      }
    }
  }
  if (compared) {
    isSame(tantamount.compare(inputs[0], inputs[1], scope), compared, `the comparison of ${texts.join("\nand ")}`);
    isSame(tantamount.digest(inputs[0], scope) === tantamount.digest(inputs[1], scope), compared.same, "equal digests");
  }
  return read.every(({ canonical }) => canonical !== undefined);
}

/** Judges all lines, and counts what they are. */
export async function holdAll(tantamount, lines) {
  const counts = { lines: 0, accepted: 0, refused: 0, same: 0, different: 0 };
  for (const line of lines) {
    counts[await hold(tantamount, line) ? "accepted" : "refused"] += 1;
    counts.lines += 1;
    const { compared } = JSON.parse(line);
    if (compared) counts[compared.same ? "same" : "different"] += 1;
  }
  return counts;
}
