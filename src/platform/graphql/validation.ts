import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { badUserInput, type InputProblem } from './errors.js';

/** One pipe for every input of the schema; all problems of a request are told at once, each with its path. */
export function inputValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => badUserInput(errors.flatMap((error) => problems(error, ''))),
  });
}

function problems(error: ValidationError, parent: string): InputProblem[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((problem) => ({ field, problem }));
  return [...own, ...(error.children ?? []).flatMap((child) => problems(child, field))];
}
