import { PNG } from './samples.ts';

const TEXT = 'This is the content of the static text resource.';

export const resources = [
  { uri: 'test://static-text', name: 'static-text', mimeType: 'text/plain', content: { text: TEXT } },
  { uri: 'test://static-binary', name: 'static-binary', mimeType: 'image/png', content: { blob: PNG } },
  { uri: 'test://watched-resource', name: 'watched', mimeType: 'text/plain', content: { text: 'Watch me.' } },
];

export const TEMPLATE = { uriTemplate: 'test://template/{id}/data', name: 'template', mimeType: 'application/json' };

export const templateContent = (uri: string, id: string) => ({
  uri,
  mimeType: TEMPLATE.mimeType,
  text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
});
