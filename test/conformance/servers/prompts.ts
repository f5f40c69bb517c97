import { embedded, image, text } from './samples.ts';

const fromUser = (content: ReturnType<typeof text> | typeof image | ReturnType<typeof embedded>) => ({
  role: 'user' as const,
  content,
});

export interface ConformancePrompt {
  name: string;
  arguments: string[];
  messages(args: Record<string, string | undefined>): ReturnType<typeof fromUser>[];
}

export const prompts: ConformancePrompt[] = [
  {
    name: 'test_simple_prompt',
    arguments: [],
    messages: () => [fromUser(text('This is a simple prompt for testing.'))],
  },
  {
    name: 'test_prompt_with_arguments',
    arguments: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [fromUser(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    arguments: ['resourceUri'],
    messages: ({ resourceUri = '' }) => [
      fromUser(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      fromUser(text('Please process the embedded resource above.')),
    ],
  },
  {
    name: 'test_prompt_with_image',
    arguments: [],
    messages: () => [fromUser(image), fromUser(text('Please analyze the image above.'))],
  },
];

/** Completes the argument `arg1`. */
export const completions = (value: string): string[] =>
  ['paris', 'park', 'party'].filter((each) => each.startsWith(value));
