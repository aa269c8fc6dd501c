/** One person of the Playground; `id` doubles as the object id, or conversations by object id fail. */
export interface PlaygroundUser {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

export interface PlaygroundSettings {
  readonly tenantId: string;
  readonly botId: string;
  readonly currentUser: PlaygroundUser;
  /** Everybody else; filled up to the five that the Playground demands. */
  readonly others: readonly PlaygroundUser[];
  /** Differs between instances that talk to one bot. */
  readonly name: string;
}

const LEAST_USERS = 5;

function userOf({ id, name, address }: PlaygroundUser): object {
  const [givenName = name, surname = name] = name.split(' ');
  return {
    id,
    name,
    userPrincipleName: address,
    aadObjectId: id,
    givenName,
    surname,
    email: address,
  };
}

/** The content of `.m365agentsplayground.yml`; JSON is YAML. */
export function playgroundConfiguration(settings: PlaygroundSettings): string {
  const fillers = Array.from({ length: LEAST_USERS }, (_, n) => ({
    id: `00000000-0000-4000-8000-00000000009${n}`,
    name: `Guest ${n}`,
    address: `guest${n}@contoso.example`,
  }));
  const others = [...settings.others, ...fillers].slice(
    0,
    Math.max(LEAST_USERS, settings.others.length),
  );
  return JSON.stringify(
    {
      version: '0.1.0',
      tenantId: settings.tenantId,
      bot: { id: settings.botId, name: 'Skybridge' },
      currentUser: userOf(settings.currentUser),
      users: others.map(userOf),
      personalChat: { id: `personal-${settings.name}` },
      groupChat: { id: `group-${settings.name}`, name: 'Group Chat' },
      team: {
        id: `team-${settings.name}`,
        name: 'IT Helpdesk',
        aadGroupId: '00000000-0000-4000-8000-000000000031',
        channels: [{ id: `channel-${settings.name}`, name: 'Migrations' }],
      },
    },
    null,
    2,
  );
}
