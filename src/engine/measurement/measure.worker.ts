import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { InputError } from '../input-error.js';
import { measure } from './measure.js';
import type { TaskArguments, TaskName, TaskResult } from './tasks.js';
import { runTask, type Team } from './team.js';
import type { Answer, Assignment, ThreadData } from './threads.js';

interface Call {
  task: TaskName;
  share: TaskArguments<TaskName>;
}

type Reply = { result: TaskResult<TaskName> } | { failed: string };

const { ports, leader, bell } = workerData as ThreadData;

function reply({ task, share }: Call): Reply {
  try {
    return { result: runTask(task, share) };
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** The leader works on the first share itself and then sleeps until the others have answered. */
function leading(members: readonly MessagePort[]): Team {
  return {
    size: members.length + 1,
    run<T extends TaskName>(task: T, shares: readonly TaskArguments<T>[]): TaskResult<T>[] {
      const [own, ...others] = shares;
      others.forEach((share, member) => members[member]?.postMessage({ task, share }));
      const results = [runTask(task, own as TaskArguments<T>)];
      for (const port of members) {
        const answer = awaited(port);
        if ('failed' in answer) throw new Error(answer.failed);
        results.push(answer.result as TaskResult<T>);
      }
      return results;
    },
  };
}

function awaited(port: MessagePort): Reply {
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receiveMessageOnPort(port) as { message: Reply } | undefined;
    if (received !== undefined) return received.message;
    Atomics.wait(bell, 0, rung, 1000);
  }
}

if (leader) {
  const team = leading(ports);
  parentPort?.on('message', ({ input, options }: Assignment) => {
    let answer: Answer;
    try {
      answer = { document: measure(input, options, team) };
    } catch (error) {
      answer =
        error instanceof InputError
          ? { refused: { code: error.code, message: error.message } }
          : { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort?.postMessage(answer);
  });
} else {
  const [port] = ports;
  port?.on('message', (call: Call) => {
    port.postMessage(reply(call));
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
  });
}
