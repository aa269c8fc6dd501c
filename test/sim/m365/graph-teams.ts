import { page, resourceType, select } from './graph-call.ts';
import { badRequest, graphRefusal, resourceNotFound } from './graph-errors.ts';
import type { GraphRoute, GraphRouteDeps } from './graph-routes.ts';

const APP = resourceType('microsoft.graph.teamsApp', [
  'id',
  'externalId',
  'displayName',
  'distributionMethod',
  'appDefinitions',
]);
const OF_ORGANISATION = "distributionMethod eq 'organization'";
const EXPANDED = 'appDefinitions($expand=bot)';
const BIND = 'teamsApp@odata.bind';

/** The organisation's catalogue of Teams apps, and the apps of its teams. */
export function teamsRoutes({ directory }: GraphRouteDeps): readonly GraphRoute[] {
  return [
    {
      method: 'get',
      path: '/appCatalogs/teamsApps',
      operation: 'GET /appCatalogs/teamsApps',
      roles: ['AppCatalog.Read.All', 'AppCatalog.ReadWrite.All'],
      query: ['$select', '$filter', '$expand', '$top', '$skiptoken'],
      handle: (call) => {
        if (
          call.query.get('$filter') !== OF_ORGANISATION ||
          call.query.get('$expand') !== EXPANDED
        ) {
          throw badRequest('The whole store is asked for, or apps without their bots.');
        }
        const rows = directory.teamsApps.map(({ botId, ...app }) =>
          select(
            {
              ...app,
              distributionMethod: 'organization',
              appDefinitions: [{ id: `${app.id}-1`, bot: botId === null ? null : { id: botId } }],
            },
            APP,
            call.query.get('$select'),
          ),
        );
        return { status: 200, body: page(rows, call, 999) };
      },
    },
    {
      method: 'post',
      path: '/teams/:id/installedApps',
      operation: 'POST /teams/{id}/installedApps',
      roles: [
        'TeamsAppInstallation.ReadWriteSelfForTeam.All',
        'TeamsAppInstallation.ReadWriteForTeam.All',
      ],
      query: [],
      body: [BIND],
      handle: (call) => {
        const id = call.params['id'] ?? '';
        const team = directory.groups.find((group) => group.id === id && group.apps !== undefined);
        const app = directory.teamsApps.find((one) =>
          String(call.body[BIND]).endsWith(`/v1.0/appCatalogs/teamsApps/${one.id}`),
        );
        if (team?.apps === undefined || app === undefined) {
          throw resourceNotFound(id);
        }
        if (team.apps.includes(app.id)) {
          throw graphRefusal(409, 'Conflict', 'Application already exists in this team.');
        }
        team.apps.push(app.id);
        return { status: 201 };
      },
    },
  ];
}
