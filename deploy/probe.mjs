// Ends with status 0 when an address answers well: `node probe.mjs http://127.0.0.1:3000/ready`.

const [address] = process.argv.slice(2);
const answer = await fetch(address, { signal: AbortSignal.timeout(2_500) }).catch((error) => error);
if (answer instanceof Response && answer.ok) process.exit(0);
const told =
  answer instanceof Response ? `${answer.status} ${await answer.text()}` : String(answer.cause ?? answer);
process.stderr.write(`${address}: ${told}\n`);
process.exit(1);
