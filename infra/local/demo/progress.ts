/** Progress lines with the time since the start, on stderr: stdout is for the result. */

import { styleText } from 'node:util';

export function createProgress(stream: NodeJS.WriteStream): (text: string) => void {
  const started = performance.now();
  return (text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
    const time = styleText('dim', `${seconds}s`, { stream });
    const line = text.startsWith('scene ') ? styleText('bold', text, { stream }) : text;
    stream.write(`${time} ${line}\n`);
  };
}
