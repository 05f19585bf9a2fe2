// Waiting that ends: every step of the browser test says what it waits for and how long it may take, and the whole test has
// a deadline. Whatever happens, the processes that were started are gone when this one is.

const STEP = 30_000;
const doing = [];
const children = new Set();

/** The result of a promise, or an error that names the step. */
export async function within(what, promise, limit = STEP) {
  doing.push(what);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit / 1000} s for ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    throw error.message.includes(what) ? error : new Error(`${what}: ${error.message}`, { cause: error });
  } finally {
    clearTimeout(timer);
    doing.splice(doing.indexOf(what), 1);
  }
}

/** Asks until the answer is true, or `wanted` says so. What the last answer was is in the error. */
export async function until(what, ask, { wanted = (answer) => answer, limit = STEP } = {}) {
  const end = Date.now() + limit;
  let answer;
  do {
    answer = await within(what, ask(), limit);
    if (wanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`waited ${limit / 1000} s for ${what}; it was ${JSON.stringify(answer)}`);
}

/** Kills the child when this process ends, however it ends. */
export function guard(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Ends this process with an error after so many milliseconds. */
export function deadline(limit) {
  const timer = setTimeout(() => {
    console.error(`the test was not done after ${limit / 1000} s; it was at: ${doing.join(", ") || "nothing that has a name"}`);
    process.exit(1);
  }, limit);
  timer.unref();
}

process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
