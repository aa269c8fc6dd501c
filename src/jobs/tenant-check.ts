import type { Actor, AuditEntry, SkybridgeApi } from './api.ts';
import type { TenantDoctor, TenantFix } from './ports.ts';

export interface TenantChecksDeps {
  readonly doctor: TenantDoctor;
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

/** The tenant check as the conversation sees it: who tried or mended what is written down. */
export function createTenantChecks({
  doctor,
  audit,
}: TenantChecksDeps): Pick<SkybridgeApi, 'checkTenant' | 'planFix' | 'mendTenant'> {
  const note = (
    actor: Actor,
    action: string,
    entry: Pick<AuditEntry, 'subject' | 'before' | 'after'>,
  ): Promise<void> => audit({ actor, action, outcome: 'done', ...entry });

  return {
    async checkTenant({ mailbox, actor }, signal) {
      if (mailbox !== null) {
        await note(actor, 'tenant.trial-login', { subject: mailbox, before: null, after: null });
      }
      return doctor.check(mailbox, signal);
    },
    planFix: (fix, signal) => doctor.plan(fix, signal),
    async mendTenant({ fix, actor }, signal) {
      const plan = await doctor.plan(fix, signal);
      if (plan === null) {
        return 'nothing-to-do';
      }
      const subject: TenantFix = fix;
      // Written down before it is made: a process that dies in between leaves a trace of what it began.
      await note(actor, 'tenant.mending', { subject, ...plan });
      await doctor.mend(fix, signal);
      await note(actor, 'tenant.mended', { subject, ...plan });
      return 'done';
    },
  };
}
