import { z } from 'zod';

/** How the values of one parameter are written (OpenAPI 3.1 §4.8.12). `json`: the whole value as JSON, as `content` asks for. */
const ParameterStyle = z.enum(['simple', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject', 'json']);

const ParameterPlan = z.object({
  /** The argument of the tool. */
  argument: z.string(),
  /** Its name in the request, and where it stands there. */
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  style: ParameterStyle,
  explode: z.boolean(),
});
export type ParameterPlan = z.infer<typeof ParameterPlan>;

/** How a property of a body becomes a part, or one for each item of a list (OpenAPI 3.1 §4.8.15). */
const PartPlan = z.object({
  /** The property. */
  name: z.string(),
  contentType: z.string(),
  /** The argument is base64 and the part is its bytes. */
  isFile: z.boolean(),
});
export type PartPlan = z.infer<typeof PartPlan>;

const BodyPlan = z.object({
  /** The media type, which is sent as it is. */
  contentType: z.string(),
  encoding: z.enum(['json', 'form', 'multipart', 'text']),
  /** The argument that is the body. Absent: an object of `properties`. */
  argument: z.string().optional(),
  /** Arguments that are properties of the body, with the name of each property. */
  properties: z.array(z.tuple([z.string(), z.string()])).optional(),
  /** Of `multipart`: properties whose parts are not plain text. */
  parts: z.array(PartPlan).optional(),
  /** Sent even if no argument of it is there. */
  required: z.boolean(),
});
export type BodyPlan = z.infer<typeof BodyPlan>;

/** How the arguments of a tool become a request to an HTTP API. */
export const OperationPlan = z.object({
  /** In upper case. */
  method: z.string(),
  /** The path with `{name}` for each parameter in it, after the path of the server: `/api/v3/pets/{petId}`. */
  path: z.string(),
  parameters: z.array(ParameterPlan),
  body: BodyPlan.optional(),
});
export type OperationPlan = z.infer<typeof OperationPlan>;
