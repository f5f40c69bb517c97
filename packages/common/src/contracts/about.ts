import { z } from 'zod';
import { boundedString, text } from './adapter-fields.js';

/** A data URL of an image of about 6 KB stops here: lists contain the icons of every entry. */
const MAX_SRC_CHARS = 8_192;

const IconSource = boundedString(MAX_SRC_CHARS, 1)
  .refine((src) => isHttps(src) || /^data:image\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}$/.test(src), {
    message: 'must be an https URL, or an image as data:image/png;base64,…',
  })
  .meta({ description: 'https URL of the image, or the image itself as a data URL in base64.' });

/** The Icon of MCP (2025-11-25, schema, `Icon`). */
export const Icon = z
  .strictObject({
    src: IconSource,
    mimeType: boundedString(64)
      .regex(/^image\/[a-z0-9.+-]+$/, 'must be a media type of images such as image/png')
      .optional()
      .meta({ description: 'Media type of the image, if the server of the URL does not say it.' }),
    sizes: z
      .array(boundedString(16).regex(/^([0-9]+x[0-9]+|any)$/, 'must be a size such as 48x48, or any'))
      .max(8, 'must be at most 8 sizes')
      .optional()
      .meta({ description: 'Sizes such as `48x48`; `any` for an image that scales.' }),
    theme: z.enum(['light', 'dark']).optional().meta({ description: 'The theme that the image is for.' }),
  })
  .meta({ id: 'Icon' });
export type Icon = z.infer<typeof Icon>;

export const Tag = boundedString(63, 1)
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'must be lower-case letters, digits and inner ".", "_" and "-"')
  .meta({ examples: ['search'] });

const Documentation = text(16_384, 1).refine((value) => !/^[a-z][a-z0-9+.-]*:\S*$/i.test(value) || isHttps(value), {
  message: 'must be an https URL or Markdown',
});

function isHttps(value: string): boolean {
  return /^https:\/\/\S+$/i.test(value) && URL.canParse(value);
}

/** The fields of every kind that tell people what a resource is, beside its name and description. The gateway does not act on them. */
export const aboutFields = {
  title: text(256, 1).optional().meta({ description: 'Name for people.' }),
  icons: z
    .array(Icon)
    .max(4, 'must be at most 4 icons')
    .default([])
    .meta({ description: 'Icons for catalogues, in the form of MCP.' }),
  tags: z
    .array(Tag)
    .max(32, 'must be at most 32 tags')
    .refine((tags) => new Set(tags).size === tags.length, { message: 'must not name a tag twice' })
    .default([])
    .meta({ description: 'Words to filter lists by.' }),
  documentation: Documentation.optional().meta({
    description: 'Where people read about it, as an https URL, or the text itself in Markdown.',
  }),
  owner: text(256, 1).optional().meta({ description: 'Who answers for it: a team, a person or an address.' }),
};
