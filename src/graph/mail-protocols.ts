import { z } from 'zod';
import { isM365Error } from './errors.ts';
import { type ExchangeAdmin, parseAnswer } from './exchange-admin.ts';

/**
 * Which ways into a mailbox are open to passwords. A move needs none of them: it signs in with an
 * app-only token, which neither of these switches touches. Null: Exchange did not say, or our role does
 * not let us ask.
 */
export interface MailProtocols {
  /** SMTP AUTH, as the mailbox says, else the organisation. */
  readonly smtpAuth: boolean | null;
  /** False where the authentication policy of the person forbids passwords over IMAP. */
  readonly imapPasswords: boolean | null;
}

export interface ProtocolReader {
  read(userId: string, signal: AbortSignal): Promise<MailProtocols>;
}

const smtpSchema = z.object({ SmtpClientAuthenticationDisabled: z.boolean().nullish() });
const userSchema = z.object({ AuthenticationPolicy: z.string().nullish() });
const policySchema = z.object({ AllowBasicAuthImap: z.boolean().nullish() });

/** Reads the switches as they are; changes none. */
export function createProtocolReader(deps: {
  readonly exchange: Pick<ExchangeAdmin, 'run'>;
}): ProtocolReader {
  /** The one row of a cmdlet; null where our role lacks the cmdlet, since nothing depends on the answer. */
  const readRow = async <T>(
    call: Parameters<ExchangeAdmin['run']>[0],
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | null> => {
    try {
      const { rows } = await deps.exchange.run(call, signal);
      return parseAnswer(z.array(schema), rows)[0] ?? null;
    } catch (error) {
      if (isM365Error(error, 'exchange-admin.cmdlet-unknown')) {
        return null;
      }
      throw error;
    }
  };

  const smtpAuth = async (userId: string, signal: AbortSignal): Promise<boolean | null> => {
    const select = ['SmtpClientAuthenticationDisabled'];
    const own = await readRow(
      { cmdlet: 'Get-CASMailbox', parameters: { Identity: userId }, select },
      smtpSchema,
      signal,
    );
    const disabled =
      own?.SmtpClientAuthenticationDisabled ??
      (await readRow({ cmdlet: 'Get-TransportConfig', parameters: {}, select }, smtpSchema, signal))
        ?.SmtpClientAuthenticationDisabled ??
      null;
    return disabled === null ? null : !disabled;
  };

  /** A person without a policy of his own has the organisation's, which is not asked for. */
  const imapPasswords = async (userId: string, signal: AbortSignal): Promise<boolean | null> => {
    const user = await readRow(
      {
        cmdlet: 'Get-User',
        parameters: { Identity: userId },
        select: ['AuthenticationPolicy'],
      },
      userSchema,
      signal,
    );
    const name = user?.AuthenticationPolicy ?? '';
    if (name === '') {
      return null;
    }
    const policy = await readRow(
      {
        cmdlet: 'Get-AuthenticationPolicy',
        parameters: { Identity: name },
        select: ['AllowBasicAuthImap'],
      },
      policySchema,
      signal,
    );
    return policy?.AllowBasicAuthImap ?? null;
  };

  return {
    read: async (userId, signal) => {
      const [smtp, imap] = await Promise.all([
        smtpAuth(userId, signal),
        imapPasswords(userId, signal),
      ]);
      return { smtpAuth: smtp, imapPasswords: imap };
    },
  };
}
