import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = 'Rien : je réessaie de moi-même.';
const LATER =
  'Réessayez dans une minute. Si cela se reproduit, prévenez votre équipe informatique.';

/**
 * French, as Microsoft 365 speaks at work ("vous"). The two menu names are those of Apple's support page
 * when the account was still called « identifiant Apple »; that they are the same today is believed.
 */
export const PERSON_FR: PersonTexts = {
  welcomeTitle: 'J’aide à transférer iCloud Mail vers Outlook',
  welcome:
    'Quand votre équipe informatique transférera vos e-mails, je vous dirai ici ce que vous avez à faire.',
  welcomeHint: 'Écrivez « statut » pour voir où en est votre transfert.',
  helpTitle: 'Comment se passe un transfert',
  helpSteps: [
    '1. Je vous demande ici un mot de passe pour application, qu’Apple crée uniquement pour cela.',
    '2. Je copie un dossier à titre d’essai, et votre équipe informatique vérifie le résultat.',
    '3. Je copie tout, puis je suis les nouveautés. Vous pouvez continuer à travailler.',
    '4. Je vous préviens quand vos e-mails sont arrivés, et vous révoquez le mot de passe.',
  ],
  helpHint:
    'Rien n’est supprimé chez Apple. Les contacts et les calendriers ne sont pas transférés.',
  helpCommands: 'Vous pouvez écrire : « statut », « help ».',
  statusWord: 'statut',
  noMove: 'Aucun transfert n’est en cours pour vous. Je vous écris ici quand j’ai besoin de vous.',
  notYours:
    'Cette carte ne vous est pas destinée ou n’est plus à jour. Écrivez « statut » pour voir la vôtre.',
  outdated: 'Cette carte n’est plus à jour. Écrivez « statut » pour en obtenir une nouvelle.',
  tooFast: 'C’était trop à la fois, je n’ai donc rien fait. Réessayez dans une minute.',
  roleUnknown: 'Je n’ai pas pu savoir si vous en avez le droit, donc je n’ai rien fait.',
  askTitle: 'Vos e-mails iCloud passent à Outlook',
  askAgainTitle: 'Il me faut un nouveau mot de passe pour application',
  intro:
    'Votre équipe informatique transfère vos e-mails iCloud vers Outlook. Rien n’est supprimé chez Apple. Il me faut un mot de passe pour application : un mot de passe qui ne sert qu’à cela et que vous pourrez révoquer ensuite. Cela prend deux minutes.',
  introAgain:
    'Apple n’accepte plus le mot de passe que vous m’avez donné : il a été révoqué, ou votre mot de passe Apple a été modifié. Les e-mails déjà copiés sont en sécurité ; il m’en faut un nouveau pour terminer.',
  steps: [
    `1. Ouvrez ${ACCOUNT} et connectez-vous. Choisissez **Connexion et sécurité**, puis **Mots de passe pour applications**. (Cette option n’apparaît que si l’identification à deux facteurs est activée.)`,
    '2. Cliquez sur **+**, nommez-le **Transfert Outlook** et copiez ce qu’Apple affiche. Il ressemble à abcd-efgh-ijkl-mnop.',
    '3. Collez-le ci-dessous. Ne l’écrivez jamais dans la conversation elle-même.',
  ],
  goodToKnow: [
    'Tous vos dossiers sont copiés, avec les dates et l’état de lecture. Vous pourrez les y lire, ainsi que les personnes que votre entreprise autorise à ouvrir votre boîte aux lettres.',
    'Les contacts et les calendriers ne sont pas transférés.',
    'Le mot de passe est enregistré sous forme chiffrée, utilisé uniquement pour ce transfert et supprimé à la fin.',
  ],
  whereItGoes: (target) => `De votre messagerie iCloud vers la boîte aux lettres ${target}.`,
  foreignHost: (host) =>
    `Vos e-mails sont lus sur ${host}, qui n’est pas un serveur d’Apple. Ne continuez que si votre équipe informatique vous l’a annoncé.`,
  addressLabel: 'Votre adresse iCloud',
  addressMissing: 'Saisissez votre adresse iCloud, par exemple name@icloud.com.',
  passwordLabel: 'Mot de passe pour application',
  passwordMissing: 'Collez le mot de passe pour application.',
  oldTeams:
    'Cette version de Teams est trop ancienne pour masquer un mot de passe pendant la saisie. Mettez Teams à jour ou ouvrez cette conversation sur teams.microsoft.com.',
  submit: 'Vérifier et démarrer',
  nothingToMove: 'Je n’utilise pas iCloud Mail',
  wrongLength: (letters) =>
    `${plural('fr', letters, { one: 'Il y a {n} lettre', many: 'Il y a {n} de lettres', other: 'Il y a {n} lettres' })} ; un mot de passe pour application en compte 16 et ressemble à abcd-efgh-ijkl-mnop. Il n’a été ni envoyé à Apple ni conservé.`,
  wrongAddress:
    'Ce n’est pas une adresse e-mail. Votre mot de passe n’a été ni envoyé à Apple ni conservé ; saisissez de nouveau les deux.',
  usedCard: 'Cette carte a déjà servi. Saisissez de nouveau les deux.',
  preparingTitle: 'Votre transfert est en préparation',
  preparing:
    'Votre boîte aux lettres est en cours de préparation. Je vous écris ici quand j’ai besoin de vous.',
  checkingTitle: 'Vérification auprès d’Apple…',
  checking: 'J’essaie votre mot de passe auprès d’Apple. Cela prend quelques secondes.',
  checkAt: (time) =>
    `Apple ne répond pas pour le moment. Je réessaie à ${time} ; vous n’avez rien à faire.`,
  spareTitle: 'J’essaierai votre mot de passe un peu plus tard',
  spareUntil: (time) =>
    `Apple n’autorise que quelques essais ; je réessaie votre mot de passe à ${time}. Il est conservé sous forme chiffrée, et vous n’avez rien à faire. Si vous pensiez à un autre, saisissez-le ci-dessous : il remplacera celui-ci.`,
  correct: 'Essayer plutôt celui-ci',
  leaveOut: 'Laisser quelque chose de côté',
  leaveOutTitle: 'Que faut-il laisser chez iCloud ?',
  leaveOutIntro:
    'Ce n’est pas copié dans Outlook, et rien n’est supprimé. Laissez les deux champs vides pour tout transférer. Si vous changez d’avis plus tard, ce qui a été copié reste dans Outlook.',
  leaveOutFolders: 'Dossiers, un par ligne',
  leaveOutNames:
    'Écrivez les dossiers comme iCloud Mail les nomme ; un dossier dans un autre s’écrit Famille/Photos. Ceux d’Apple s’appellent Archive, Drafts, Sent Messages, Junk et Deleted Messages. Ce qu’ils contiennent reste aussi.',
  leaveOutBefore: 'E-mails reçus avant ce jour',
  leaveOutSave: 'Enregistrer',
  notADay: 'Je n’arrive pas à lire cette date. Écrivez-la ainsi : 2019-01-31.',
  tooManyFolders: (most) => `Cela fait plus de ${most} dossiers. Indiquez-en moins.`,
  leftOutByYou: (list) => `Laissés de côté par vous : ${list}.`,
  leftOutByAdmin: (list) => `Laissés de côté par votre équipe informatique : ${list}.`,
  leftOutFolder: (name) => `le dossier « ${name} »`,
  leftOutNamed: 'les dossiers indiqués',
  leftOutJunk: (days) => `les indésirables de plus de ${days} jours`,
  leftOutBefore: (day) => `les e-mails reçus avant le ${day}`,
  acceptedTitle: 'Merci, Apple l’a accepté',
  accepted:
    'Le mot de passe est enregistré sous forme chiffrée, utilisé uniquement pour ce transfert et supprimé à la fin. Je vous préviens quand vos e-mails sont arrivés.',
  movingTitle: 'Vos e-mails sont en cours de transfert',
  folder: (name) => `Dossier « ${name} »`,
  timeLeft: {
    moment: 'encore moins d’une minute',
    about: (time) => `encore environ ${time}`,
  },
  keepWorking: 'Vous pouvez continuer à travailler, ici et dans iCloud.',
  syncedTitle: 'Vos e-mails sont dans Outlook',
  synced:
    'Ce qui arrive encore chez iCloud suit jusqu’à ce que votre équipe informatique termine le transfert. Vous n’avez rien à faire ; gardez le mot de passe jusqu’à ce que je vous dise que c’est terminé.',
  pausedTitle: 'Votre transfert est en pause',
  paused:
    'Votre équipe informatique l’a mis en pause. Rien n’est perdu, et vous n’avez rien à faire.',
  doneTitle: 'Vos e-mails sont arrivés',
  done: (messages) =>
    plural('fr', messages, {
      one: 'C’est terminé. {n} de vos messages est dans Outlook.',
      many: 'C’est terminé. {n} de vos messages sont dans Outlook.',
      other: 'C’est terminé. {n} de vos messages sont dans Outlook.',
    }),
  stayedBehind: (messages) =>
    plural('fr', messages, {
      one: '{n} message n’a pas pu être copié. Il est toujours chez iCloud, et votre équipe informatique voit lequel.',
      many: '{n} de messages n’ont pas pu être copiés. Ils sont toujours chez iCloud, et votre équipe informatique voit lesquels.',
      other:
        '{n} messages n’ont pas pu être copiés. Ils sont toujours chez iCloud, et votre équipe informatique voit lesquels.',
    }),
  revoke: `Révoquez maintenant le mot de passe : ouvrez ${ACCOUNT}, choisissez **Connexion et sécurité**, puis **Mots de passe pour applications**, et supprimez **Transfert Outlook**.`,
  passwordPurged: 'J’ai supprimé ma copie.',
  declineTitle: 'Pas d’iCloud Mail ?',
  declineQuestion:
    'Je dirai alors à votre équipe informatique qu’il n’y a rien à transférer. Est-ce exact ?',
  declineYes: 'Oui, rien à transférer',
  declineNo: 'Retour',
  endedTitle: 'Votre transfert a pris fin',
  ended:
    'Vos e-mails iCloud ne sont pas transférés. Si vous m’avez donné un mot de passe, il n’est plus utilisé ; révoquez-le chez Apple.',
  failedTitle: 'Votre transfert s’est arrêté',
  failed:
    'Votre équipe informatique voit pourquoi et s’en occupe. Rien n’a été supprimé chez Apple.',
  howFar: 'Où en est-on ?',
  passwordInChat:
    'Cela ressemble à un mot de passe pour application. Je ne l’ai ni utilisé ni conservé, mais il figure maintenant dans cette conversation. Supprimez votre message, révoquez ce mot de passe sur account.apple.com, créez-en un nouveau et collez-le dans le champ de ma carte.',
  continued: 'La suite se trouve dans une carte plus récente, ci-dessous.',
  reminder:
    'Petit rappel : votre transfert attend un mot de passe pour application. La carte prévue pour cela se trouve plus haut ; écrivez « statut » pour en obtenir une nouvelle.',
  page: {
    name: 'Transfert vers Outlook',
    signedInAs: (account) => `Connecté en tant que ${account}`,
    signOut: 'Se déconnecter',
    signedOut: 'Vous êtes déconnecté.',
    signIn: 'Se connecter',
    notSignedIn: 'Vous n’avez pas été connecté. Réessayez avec votre compte professionnel.',
    ended:
      'Votre connexion durait une heure, et elle est terminée. Rien n’a été transmis ni conservé ; connectez-vous et saisissez-le de nouveau.',
    none: 'Aucun transfert n’est en cours pour vous.',
    choose: 'De quelle boîte aux lettres s’agit-il ?',
    notFound:
      'Il n’y a rien ici pour vous. Si votre équipe informatique vous a envoyé cette adresse, connectez-vous avec le compte professionnel auquel elle a écrit.',
    tooFast: 'C’était très souvent en peu de temps. Patientez une minute.',
    comeBack: 'Cette page montre toujours où en est votre transfert : gardez son adresse.',
    language: 'Langue',
  },
  letter: {
    subject: 'Vos e-mails iCloud passent à Outlook : une étape pour vous',
    body: (url) =>
      `Bonjour,\n\nnous transférons vos e-mails iCloud vers Outlook. Pour cela, créez chez Apple un mot de passe pour application, qui ne sert qu’à cela, et saisissez-le sur cette page :\n\n${url}\n\nConnectez-vous-y avec votre compte professionnel. La page explique chaque étape ; cela prend deux minutes. N’envoyez jamais ce mot de passe par e-mail ou dans une conversation : personne ne vous l’y demandera.\n\nVotre équipe informatique`,
  },
  problemTitle: 'Cela n’a pas fonctionné',
  tryAgain: 'Réessayer',
  problems: {
    'source.login-refused': {
      what: 'Apple n’a pas accepté ce mot de passe pour cette adresse.',
      doNext:
        'Le plus souvent, il a été mal saisi ou révoqué : créez-en un nouveau. Ou Apple attend votre adresse @icloud.com au lieu d’une adresse de votre propre domaine. Ou iCloud Mail est désactivé pour ce compte Apple.',
    },
    'secrets.not-for-this': {
      what: 'Le mot de passe a été donné pour autre chose, ou il y a trop longtemps.',
      doNext: 'Saisissez un nouveau mot de passe pour application.',
    },
    'jobs.credential-missing': {
      what: 'Le mot de passe pour application n’est plus là.',
      doNext: 'Saisissez-en un nouveau.',
    },
    'jobs.unknown-migration': {
      what: 'Je ne connais pas ce transfert.',
      doNext: 'Écrivez « statut » pour voir le vôtre.',
    },
    'internal.unexpected': {
      what: 'Il s’est passé quelque chose que personne n’avait prévu.',
      doNext: LATER,
    },
    'database.lost': { what: 'Je ne peux rien consulter pour le moment.', doNext: LATER },
    'teams.send-failed': { what: 'Teams n’a pas accepté un message.', doNext: WAITS },
    'teams.rate-limited': { what: 'Teams m’a demandé de ralentir.', doNext: WAITS },
    'graph.unreachable': {
      what: 'Microsoft 365 est injoignable pour le moment.',
      doNext: LATER,
    },
    'graph.throttled': { what: 'Microsoft 365 m’a demandé de ralentir.', doNext: LATER },
    'graph.failed': { what: 'Microsoft 365 a eu une brève défaillance.', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `Quelque chose ne va pas, et seule votre équipe informatique peut le corriger. Son nom : « ${code} ».`,
    doNext: 'Indiquez-leur ce nom.',
  }),
};
