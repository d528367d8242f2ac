import { Field, InterfaceType } from '@nestjs/graphql';

/**
 * An expected outcome that is not success: part of the schema, so that a client sees at build time what may happen.
 * Faults of ours are errors instead.
 */
@InterfaceType({
  description:
    'An expected outcome that is not success. Ask for `... on Failure { code message }` to treat all alike.',
  resolveType: (value: Failure) => value.constructor.name,
})
export abstract class Failure {
  @Field(() => String, { description: 'Stable, upper snake case: branch on it.' })
  code: string;

  @Field(() => String, { description: 'One sentence for a person: what and where.' })
  message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}
