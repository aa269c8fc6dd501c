import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = 'Nada: lo vuelvo a intentar por mi cuenta.';
const LATER = 'Inténtalo de nuevo en un minuto. Si se repite, avisa a tu equipo de TI.';

/**
 * Spanish for Spain and America alike, as Microsoft 365 speaks ("tú"). Apple's first menu name is that
 * of its guides; the second, "Contraseñas específicas de apps", is believed.
 */
export const PERSON_ES: PersonTexts = {
  welcomeTitle: 'Ayudo a pasar iCloud Mail a Outlook',
  welcome: 'Cuando tu equipo de TI traslade tu correo, te diré aquí lo que tienes que hacer.',
  welcomeHint: 'Escribe «estado» para ver cómo va tu traslado.',
  helpTitle: 'Cómo es un traslado',
  helpSteps: [
    '1. Te pido aquí una contraseña específica de app, que Apple crea solo para esto.',
    '2. Copio una carpeta como prueba y tu equipo de TI revisa el resultado.',
    '3. Lo copio todo y luego sigo lo que vaya llegando. Puedes seguir trabajando.',
    '4. Te aviso cuando tu correo haya llegado y tú revocas la contraseña.',
  ],
  helpHint: 'En Apple no se borra nada. Los contactos y los calendarios no se trasladan.',
  helpCommands: 'Puedes escribir: «estado», «help».',
  statusWord: 'estado',
  noMove: 'No hay ningún traslado tuyo en curso. Te escribo aquí cuando te necesite.',
  notYours: 'Esta tarjeta no es para ti o ya no es válida. Escribe «estado» para ver la tuya.',
  outdated: 'Esta tarjeta ya no es válida. Escribe «estado» para recibir una nueva.',
  tooFast:
    'Ha sido demasiado a la vez, así que no he hecho nada. Inténtalo de nuevo dentro de un minuto.',
  roleUnknown: 'No he podido averiguar si tienes permiso para esto, así que no he hecho nada.',
  askTitle: 'Tu correo de iCloud pasa a Outlook',
  askAgainTitle: 'Necesito una nueva contraseña específica de app',
  intro:
    'Tu equipo de TI está pasando tu correo de iCloud a Outlook. En Apple no se borra nada. Necesito una contraseña específica de app: una contraseña solo para esto, que después puedes revocar. Se tarda dos minutos.',
  introAgain:
    'Apple ya no acepta la contraseña que me diste: se revocó o se cambió tu contraseña de Apple. El correo copiado hasta ahora está a salvo; necesito una nueva para terminar.',
  steps: [
    `1. Abre ${ACCOUNT} e inicia sesión. Elige **Inicio de sesión y seguridad** y luego **Contraseñas específicas de apps**. (Solo aparece si la autenticación de doble factor está activada.)`,
    '2. Pulsa **+**, ponle el nombre **Traslado a Outlook** y copia lo que muestra Apple. Tiene este aspecto: abcd-efgh-ijkl-mnop.',
    '3. Pégala aquí abajo. No la escribas nunca en el propio chat.',
  ],
  goodToKnow: [
    'Se copian todas tus carpetas, con las fechas y lo que ya está leído. Allí podrás leerlas tú y quien tu empresa autorice a abrir tu buzón.',
    'Los contactos y los calendarios no se trasladan.',
    'La contraseña se guarda cifrada, se usa solo para este traslado y se borra al final.',
  ],
  whereItGoes: (target) => `De tu correo de iCloud al buzón ${target}.`,
  foreignHost: (host) =>
    `Tu correo se lee en ${host}, que no es un servidor de Apple. Continúa solo si tu equipo de TI te lo ha indicado.`,
  addressLabel: 'Tu dirección de iCloud',
  addressMissing: 'Introduce tu dirección de iCloud, por ejemplo name@icloud.com.',
  passwordLabel: 'Contraseña específica de app',
  passwordMissing: 'Pega la contraseña específica de app.',
  oldTeams:
    'Esta versión de Teams es demasiado antigua para ocultar una contraseña mientras la escribes. Actualiza Teams o abre este chat en teams.microsoft.com.',
  submit: 'Comprobar e iniciar',
  nothingToMove: 'No tengo correo de iCloud',
  wrongLength: (letters) =>
    `${plural('es', letters, { one: 'Eso tiene {n} letra', many: 'Eso tiene {n} de letras', other: 'Eso tiene {n} letras' })}; una contraseña específica de app tiene 16 y este aspecto: abcd-efgh-ijkl-mnop. No se ha enviado a Apple ni se ha guardado.`,
  wrongAddress:
    'Eso no es una dirección de correo. Tu contraseña no se ha enviado a Apple ni se ha guardado; introduce ambas de nuevo.',
  usedCard: 'Esta tarjeta ya se ha usado. Introduce ambas de nuevo.',
  preparingTitle: 'Tu traslado se está preparando',
  preparing: 'Se está preparando tu buzón. Te escribo aquí cuando te necesite.',
  checkingTitle: 'Preguntando a Apple…',
  checking: 'Estoy probando tu contraseña en Apple. Tarda unos segundos.',
  checkAt: (time) =>
    `Apple no responde en este momento. Lo vuelvo a intentar a esta hora: ${time}. No tienes que hacer nada.`,
  spareTitle: 'Probaré tu contraseña un poco más tarde',
  spareUntil: (time) =>
    `Apple permite pocos intentos; vuelvo a probar la tuya a esta hora: ${time}. Está guardada y cifrada, y no tienes que hacer nada. Si querías usar otra, introdúcela abajo: sustituirá a esta.`,
  correct: 'Probar esta en su lugar',
  leaveOut: 'Dejar algo fuera',
  leaveOutTitle: '¿Qué debe quedarse en iCloud?',
  leaveOutIntro:
    'No se copia a Outlook y no se borra nada. Deja los dos campos vacíos para pasarlo todo. Si cambias de idea más tarde, lo que ya se copió se queda en Outlook.',
  leaveOutFolders: 'Carpetas, una por línea',
  leaveOutNames:
    'Escribe las carpetas como las llama iCloud Mail; una carpeta dentro de otra se escribe Familia/Fotos. Las de Apple se llaman Archive, Drafts, Sent Messages, Junk y Deleted Messages. Lo que hay dentro también se queda.',
  leaveOutBefore: 'Correo recibido antes de este día',
  leaveOutSave: 'Guardar',
  notADay: 'No puedo leer eso como una fecha. Escríbela así: 2019-01-31.',
  tooManyFolders: (most) => `Son más de ${most} carpetas. Indica menos.`,
  leftOutByYou: (list) => `Lo que tú dejas fuera: ${list}.`,
  leftOutByAdmin: (list) => `Lo que tu equipo de TI deja fuera: ${list}.`,
  leftOutFolder: (name) => `la carpeta «${name}»`,
  leftOutNamed: 'las carpetas indicadas',
  leftOutJunk: (days) => `el correo no deseado de más de ${days} días`,
  leftOutBefore: (day) => `el correo recibido antes del ${day}`,
  acceptedTitle: 'Gracias, Apple la ha aceptado',
  accepted:
    'La contraseña se guarda cifrada, se usa solo para este traslado y se borra al final. Te aviso cuando tu correo haya llegado.',
  movingTitle: 'Tu correo se está trasladando',
  folder: (name) => `Carpeta «${name}»`,
  timeLeft: {
    moment: 'falta menos de un minuto',
    about: (time) => `faltan unos ${time}`,
  },
  keepWorking: 'Puedes seguir trabajando, aquí y en iCloud.',
  syncedTitle: 'Tu correo está en Outlook',
  synced:
    'Lo que siga llegando a iCloud también pasa, hasta que tu equipo de TI termine el traslado. No tienes que hacer nada; conserva la contraseña hasta que te avise de que ha terminado.',
  pausedTitle: 'Tu traslado está en pausa',
  paused: 'Tu equipo de TI lo ha puesto en pausa. No se pierde nada y no tienes que hacer nada.',
  doneTitle: 'Tu correo ha llegado',
  done: (messages) =>
    plural('es', messages, {
      one: 'Listo. {n} mensaje tuyo está en Outlook.',
      many: 'Listo. {n} de mensajes tuyos están en Outlook.',
      other: 'Listo. {n} mensajes tuyos están en Outlook.',
    }),
  stayedBehind: (messages) =>
    plural('es', messages, {
      one: '{n} mensaje no se ha podido copiar. Sigue en iCloud, y tu equipo de TI ve cuál es.',
      many: '{n} de mensajes no se han podido copiar. Siguen en iCloud, y tu equipo de TI ve cuáles son.',
      other:
        '{n} mensajes no se han podido copiar. Siguen en iCloud, y tu equipo de TI ve cuáles son.',
    }),
  revoke: `Revoca ahora la contraseña: abre ${ACCOUNT}, elige **Inicio de sesión y seguridad**, luego **Contraseñas específicas de apps**, y elimina **Traslado a Outlook**.`,
  passwordPurged: 'He borrado mi copia.',
  declineTitle: '¿Sin correo de iCloud?',
  declineQuestion: 'Le diré entonces a tu equipo de TI que no hay nada que trasladar. ¿Es así?',
  declineYes: 'Sí, nada que trasladar',
  declineNo: 'Atrás',
  endedTitle: 'Tu traslado ha terminado',
  ended:
    'Tu correo de iCloud no se traslada. Si me diste una contraseña, ya no se usa; revócala en Apple.',
  failedTitle: 'Tu traslado se ha detenido',
  failed: 'Tu equipo de TI ve el motivo y se ocupa de ello. En Apple no se ha borrado nada.',
  howFar: '¿Cómo va?',
  passwordInChat:
    'Eso parece una contraseña específica de app. No la he usado ni guardado, pero ahora está en este chat. Borra tu mensaje, revoca esa contraseña en account.apple.com, crea una nueva y pégala en el campo de mi tarjeta.',
  continued: 'Esto continúa en una tarjeta más reciente, más abajo.',
  reminder:
    'Un recordatorio: tu traslado espera una contraseña específica de app. La tarjeta está más arriba; escribe «estado» para recibir una nueva.',
  page: {
    name: 'Traslado a Outlook',
    signedInAs: (account) => `Sesión iniciada como ${account}`,
    signOut: 'Cerrar sesión',
    signedOut: 'Has cerrado la sesión.',
    signIn: 'Iniciar sesión',
    notSignedIn: 'No se ha iniciado la sesión. Inténtalo de nuevo con tu cuenta de trabajo.',
    ended:
      'Tu sesión duraba una hora y ha terminado. No se ha enviado ni guardado nada; inicia sesión e introdúcelo de nuevo.',
    none: 'No hay ningún traslado tuyo en curso.',
    choose: '¿De qué buzón se trata?',
    notFound:
      'Aquí no hay nada para ti. Si tu equipo de TI te envió esta dirección, inicia sesión con la cuenta de trabajo a la que escribió.',
    tooFast: 'Han sido muchos intentos en poco tiempo. Espera un minuto.',
    comeBack: 'Esta página siempre muestra cómo va tu traslado: guarda su dirección.',
    language: 'Idioma',
  },
  letter: {
    subject: 'Tu correo de iCloud pasa a Outlook: un paso por tu parte',
    body: (url) =>
      `Hola:\n\nestamos pasando tu correo de iCloud a Outlook. Para ello, crea en Apple una contraseña específica de app, solo para esto, e introdúcela en esta página:\n\n${url}\n\nInicia sesión allí con tu cuenta de trabajo. La página explica cada paso; se tarda dos minutos. No envíes nunca la contraseña por correo ni por chat: nadie te la pedirá ahí.\n\nTu equipo de TI`,
  },
  problemTitle: 'No ha funcionado',
  tryAgain: 'Reintentar',
  problems: {
    'source.login-refused': {
      what: 'Apple no ha aceptado esta contraseña para esta dirección.',
      doNext:
        'Lo más frecuente es que esté mal escrita o revocada: crea una nueva. O Apple espera tu dirección @icloud.com en lugar de una de tu propio dominio. O iCloud Mail está desactivado en esta cuenta de Apple.',
    },
    'secrets.not-for-this': {
      what: 'La contraseña se dio para otra cosa o hace demasiado tiempo.',
      doNext: 'Introduce una nueva contraseña específica de app.',
    },
    'jobs.credential-missing': {
      what: 'La contraseña específica de app ya no está.',
      doNext: 'Introduce una nueva.',
    },
    'jobs.unknown-migration': {
      what: 'No conozco este traslado.',
      doNext: 'Escribe «estado» para ver el tuyo.',
    },
    'internal.unexpected': { what: 'Ha pasado algo que nadie había previsto.', doNext: LATER },
    'database.lost': { what: 'Ahora mismo no puedo consultar nada.', doNext: LATER },
    'teams.send-failed': { what: 'Teams no ha aceptado un mensaje.', doNext: WAITS },
    'teams.rate-limited': { what: 'Teams me ha pedido que vaya más despacio.', doNext: WAITS },
    'graph.unreachable': {
      what: 'No se puede acceder a Microsoft 365 en este momento.',
      doNext: LATER,
    },
    'graph.throttled': {
      what: 'Microsoft 365 me ha pedido que vaya más despacio.',
      doNext: LATER,
    },
    'graph.failed': { what: 'Microsoft 365 ha fallado por un momento.', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `Algo va mal y solo tu equipo de TI puede arreglarlo. Se llama «${code}».`,
    doNext: 'Diles este nombre.',
  }),
};
