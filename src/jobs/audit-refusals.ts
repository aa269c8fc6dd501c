/**
 * Whoever presses what no longer fits changes nothing, and that it was pressed is written down: a plan
 * that changed, a move that went on, a card that was used before.
 */
import { type Actor, END_STATES, type SkybridgeApi } from './api.ts';

/** The same domain, whose refusals are in the audit. */
export function auditRefusals(api: SkybridgeApi): SkybridgeApi {
  /** Notes what was refused, and hands on the answer. */
  async function noted<R extends { readonly kind: string }>(
    result: R,
    pressed: { readonly actor: Actor; readonly action: string; readonly subject: string },
    done: readonly string[] = ['done'],
  ): Promise<R> {
    if (!done.includes(result.kind)) {
      await api.audit({ ...pressed, outcome: 'refused', before: null, after: result.kind });
    }
    return result;
  }

  return {
    ...api,
    conversations: {
      ...api.conversations,
      async takeNonce(nonce, binding) {
        const isTaken = await api.conversations.takeNonce(nonce, binding);
        const { personId, tenantId, subject } = binding;
        const pressed = { actor: { personId, tenantId }, action: 'credential.submit', subject };
        await noted({ kind: isTaken ? 'done' : 'used-or-foreign-card' }, pressed);
        return isTaken;
      },
    },
    async startBatch(input, signal) {
      const pressed = { actor: input.actor, action: 'move.start', subject: input.planHash };
      return await noted(await api.startBatch(input, signal), pressed, ['started']);
    },
    async createPeople(input, signal) {
      const pressed = { actor: input.actor, action: 'people.create', subject: input.planHash };
      return await noted(await api.createPeople(input, signal), pressed);
    },
    async act(subject, action, actor) {
      const pressed = { actor, action: `migration.${action}`, subject };
      return await noted(await api.act(subject, action, actor), pressed);
    },
    async agree(subject, agreed, actor) {
      const pressed = { actor, action: 'migration.agree', subject };
      return await noted(await api.agree(subject, agreed, actor), pressed);
    },
    async renameFolders(subject, renames, actor) {
      const pressed = { actor, action: 'folders.rename', subject };
      const result = await api.renameFolders(subject, renames, actor);
      // The same names once more are no refusal.
      return await noted(result, pressed, ['done', 'nothing-to-do']);
    },
    async leaveOut(subject, rules, actor) {
      const pressed = { actor, action: 'person.leave-out', subject };
      const result = await api.leaveOut(subject, rules, actor);
      const hasEnded = END_STATES.includes(result.migration.state);
      return await noted(result, pressed, hasEnded ? ['done'] : ['done', 'nothing-to-do']);
    },
    async declineMove(subject, actor) {
      const pressed = { actor, action: 'person.decline', subject };
      return await noted(await api.declineMove(subject, actor), pressed);
    },
    async submitCredential(input) {
      const pressed = {
        actor: input.actor,
        action: 'credential.submit',
        subject: input.migrationId,
      };
      return await noted(await api.submitCredential(input), pressed, ['checking']);
    },
  };
}
