import { z } from 'zod';

/** What a login has left: the tokens, and the client at the issuer for which they were made. */
export const LoginState = z.object({
  issuer: z.string(),
  clientId: z.string(),
  /** Only of a confidential client that was registered for this command. */
  clientSecret: z.string().optional(),
  resource: z.string().optional(),
  scope: z.string(),
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  /** Milliseconds since 1970; absent when the issuer does not say. */
  expiresAt: z.number().optional(),
  /** Name of the user, as the issuer gives it. */
  user: z.string().optional(),
});
export type LoginState = z.infer<typeof LoginState>;

/** Where a login is kept: the file of contexts, in the context of the gateway. */
export interface LoginStore {
  read(): Promise<LoginState | undefined>;
  /** @param state undefined forgets the login */
  write(state: LoginState | undefined): Promise<void>;
  /** A path that all commands of this user share for this login; a lock is made beside it. */
  lockPath: string;
}
