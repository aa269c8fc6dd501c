import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = 'Nichts: Ich versuche es von selbst noch einmal.';
const LATER =
  'Bitte versuchen Sie es in einer Minute noch einmal. Bleibt es dabei, sagen Sie es Ihrem IT-Team.';

/**
 * German, as Microsoft 365 speaks at work ("Sie"). The two menu names are those of Apple's support page
 * when the account was still called Apple-ID; that they are the same today is believed.
 */
export const PERSON_DE: PersonTexts = {
  welcomeTitle: 'Ich helfe beim Umzug von iCloud Mail zu Outlook',
  welcome: 'Wenn Ihr IT-Team Ihre E-Mails umzieht, sage ich Ihnen hier, was zu tun ist.',
  welcomeHint: 'Schreiben Sie „Status“, um zu sehen, wie weit Ihr Umzug ist.',
  helpTitle: 'So läuft ein Umzug ab',
  helpSteps: [
    '1. Ich bitte Sie hier um ein app-spezifisches Passwort, das Apple nur dafür erzeugt.',
    '2. Ich kopiere zur Probe einen Ordner, und Ihr IT-Team sieht sich das Ergebnis an.',
    '3. Ich kopiere alles und ziehe nach, was neu dazukommt. Sie können weiterarbeiten.',
    '4. Ich melde mich, wenn Ihre E-Mails da sind, und Sie widerrufen das Passwort.',
  ],
  helpHint: 'Bei Apple wird nichts gelöscht. Kontakte und Kalender ziehen nicht mit um.',
  helpCommands: 'Sie können schreiben: „Status“, „help“.',
  statusWord: 'status',
  noMove: 'Zurzeit läuft kein Umzug für Sie. Ich schreibe Ihnen hier, wenn ich Sie brauche.',
  notYours:
    'Diese Karte ist nicht für Sie oder nicht mehr aktuell. Schreiben Sie „Status“, um Ihre zu sehen.',
  outdated: 'Diese Karte ist veraltet. Schreiben Sie „Status“, um eine neue zu bekommen.',
  tooFast:
    'Das war zu viel auf einmal, deshalb habe ich nichts getan. Bitte versuchen Sie es in einer Minute noch einmal.',
  roleUnknown:
    'Ich konnte nicht feststellen, ob Sie das dürfen, und habe deshalb nichts unternommen.',
  askTitle: 'Ihre iCloud-Mails ziehen zu Outlook um',
  askAgainTitle: 'Ich brauche ein neues app-spezifisches Passwort',
  intro:
    'Ihr IT-Team zieht Ihre E-Mails von iCloud zu Outlook um. Bei Apple wird nichts gelöscht. Dafür brauche ich ein app-spezifisches Passwort: ein Passwort nur für diesen Zweck, das Sie danach widerrufen können. Es dauert zwei Minuten.',
  introAgain:
    'Apple nimmt das Passwort nicht mehr an, das Sie mir gegeben haben: Es wurde widerrufen, oder Ihr Apple-Passwort wurde geändert. Was schon kopiert ist, ist sicher; für den Rest brauche ich ein neues.',
  steps: [
    `1. Öffnen Sie ${ACCOUNT} und melden Sie sich an. Wählen Sie **Anmelden und Sicherheit** und dann **App-spezifische Passwörter**. (Das erscheint nur, wenn die Zwei-Faktor-Authentifizierung eingeschaltet ist.)`,
    '2. Klicken Sie auf **+**, nennen Sie das Passwort **Outlook-Umzug** und kopieren Sie, was Apple anzeigt. Es sieht aus wie abcd-efgh-ijkl-mnop.',
    '3. Fügen Sie es unten ein. Schreiben Sie es bitte nie in den Chat selbst.',
  ],
  goodToKnow: [
    'Alle Ihre Ordner werden kopiert, mit Datum und Gelesen-Markierung. Lesen können sie dort Sie und alle, denen Ihr Unternehmen den Zugriff auf Ihr Postfach erlaubt.',
    'Kontakte und Kalender ziehen nicht mit um.',
    'Das Passwort wird verschlüsselt gespeichert, nur für diesen Umzug verwendet und am Ende gelöscht.',
  ],
  whereItGoes: (target) => `Von iCloud Mail in das Postfach ${target}.`,
  foreignHost: (host) =>
    `Ihre E-Mails werden bei ${host} gelesen. Das ist kein Server von Apple. Machen Sie nur weiter, wenn Ihr IT-Team Ihnen das so gesagt hat.`,
  addressLabel: 'Ihre iCloud-Adresse',
  addressMissing: 'Bitte geben Sie Ihre iCloud-Adresse ein, zum Beispiel name@icloud.com.',
  passwordLabel: 'App-spezifisches Passwort',
  passwordMissing: 'Bitte fügen Sie das app-spezifische Passwort ein.',
  oldTeams:
    'Dieses Teams ist zu alt, um ein Passwort beim Tippen zu verbergen. Bitte aktualisieren Sie Teams, oder öffnen Sie diesen Chat unter teams.microsoft.com.',
  submit: 'Prüfen und starten',
  nothingToMove: 'Ich nutze iCloud Mail nicht',
  wrongLength: (letters) =>
    `${plural('de', letters, { one: 'Das ist {n} Buchstabe', other: 'Das sind {n} Buchstaben' })}; ein app-spezifisches Passwort hat 16 und sieht aus wie abcd-efgh-ijkl-mnop. Es wurde nicht an Apple gesendet und nicht gespeichert.`,
  wrongAddress:
    'Das ist keine E-Mail-Adresse. Ihr Passwort wurde nicht an Apple gesendet und nicht gespeichert; bitte geben Sie beides noch einmal ein.',
  usedCard: 'Diese Karte wurde schon verwendet. Bitte geben Sie beides noch einmal ein.',
  preparingTitle: 'Ihr Umzug wird vorbereitet',
  preparing: 'Ihr Postfach wird eingerichtet. Ich schreibe Ihnen hier, wenn ich Sie brauche.',
  checkingTitle: 'Ich frage bei Apple nach …',
  checking: 'Ich probiere Ihr Passwort bei Apple aus. Das dauert ein paar Sekunden.',
  checkAt: (time) =>
    `Apple antwortet gerade nicht. Ich versuche es um ${time} noch einmal; Sie brauchen nichts zu tun.`,
  spareTitle: 'Ich probiere Ihr Passwort etwas später aus',
  spareUntil: (time) =>
    `Apple lässt nur wenige Versuche zu; ich probiere Ihr Passwort um ${time} noch einmal aus. Es ist verschlüsselt gespeichert, und Sie brauchen nichts zu tun. Falls Sie ein anderes meinten, geben Sie es unten ein: Es ersetzt dieses hier.`,
  correct: 'Stattdessen dieses prüfen',
  leaveOut: 'Etwas auslassen',
  leaveOutTitle: 'Was soll bei iCloud bleiben?',
  leaveOutIntro:
    'Es wird nicht nach Outlook kopiert, und gelöscht wird nichts. Lassen Sie beide Felder leer, damit alles umzieht. Wenn Sie es sich später anders überlegen, bleibt in Outlook, was schon kopiert ist.',
  leaveOutFolders: 'Ordner, jeder in einer eigenen Zeile',
  leaveOutNames:
    'Schreiben Sie Ordner so, wie iCloud Mail sie nennt; einen Ordner im Ordner so: Familie/Fotos. Apples eigene heißen Archive, Drafts, Sent Messages, Junk und Deleted Messages. Was in einem Ordner liegt, bleibt auch dort.',
  leaveOutBefore: 'E-Mails, die vor diesem Tag ankamen',
  leaveOutSave: 'Speichern',
  notADay: 'Das kann ich nicht als Datum lesen. Bitte schreiben Sie es so: 2019-01-31.',
  tooManyFolders: (most) => `Das sind mehr als ${most} Ordner. Bitte nennen Sie weniger.`,
  leftOutByYou: (list) => `Von Ihnen ausgelassen: ${list}.`,
  leftOutByAdmin: (list) => `Von Ihrem IT-Team ausgelassen: ${list}.`,
  leftOutFolder: (name) => `der Ordner „${name}“`,
  leftOutNamed: 'genannte Ordner',
  leftOutJunk: (days) => `mehr als ${days} Tage alte Werbung`,
  leftOutBefore: (day) => `vor dem ${day} angekommene E-Mails`,
  acceptedTitle: 'Danke, Apple hat es angenommen',
  accepted:
    'Das Passwort wird verschlüsselt gespeichert, nur für diesen Umzug verwendet und am Ende gelöscht. Ich melde mich, wenn Ihre E-Mails da sind.',
  movingTitle: 'Ihre E-Mails ziehen um',
  folder: (name) => `Ordner „${name}“`,
  timeLeft: {
    moment: 'noch weniger als eine Minute',
    about: (time) => `noch etwa ${time}`,
  },
  keepWorking: 'Sie können weiterarbeiten, hier und in iCloud.',
  syncedTitle: 'Ihre E-Mails sind in Outlook',
  synced:
    'Was bei iCloud neu ankommt, ziehe ich noch nach, bis Ihr IT-Team den Umzug abschließt. Sie brauchen nichts zu tun; behalten Sie das Passwort, bis ich melde, dass alles fertig ist.',
  pausedTitle: 'Ihr Umzug ist angehalten',
  paused:
    'Ihr IT-Team hat ihn angehalten. Es geht nichts verloren, und Sie brauchen nichts zu tun.',
  doneTitle: 'Ihre E-Mails sind da',
  done: (messages) =>
    plural('de', messages, {
      one: 'Fertig. {n} Nachricht von Ihnen ist in Outlook.',
      other: 'Fertig. {n} Nachrichten von Ihnen sind in Outlook.',
    }),
  stayedBehind: (messages) =>
    plural('de', messages, {
      one: '{n} Nachricht konnte nicht kopiert werden. Sie ist noch bei iCloud, und Ihr IT-Team sieht, welche es ist.',
      other:
        '{n} Nachrichten konnten nicht kopiert werden. Sie sind noch bei iCloud, und Ihr IT-Team sieht, welche es sind.',
    }),
  revoke: `Bitte widerrufen Sie das Passwort jetzt: Öffnen Sie ${ACCOUNT}, wählen Sie **Anmelden und Sicherheit**, dann **App-spezifische Passwörter**, und entfernen Sie **Outlook-Umzug**.`,
  passwordPurged: 'Meine Kopie davon habe ich gelöscht.',
  declineTitle: 'Kein iCloud Mail?',
  declineQuestion: 'Ich sage Ihrem IT-Team dann, dass es nichts umzuziehen gibt. Ist das richtig?',
  declineYes: 'Ja, nichts umzuziehen',
  declineNo: 'Zurück',
  endedTitle: 'Ihr Umzug ist beendet',
  ended:
    'Ihre iCloud-Mails werden nicht umgezogen. Falls Sie mir ein Passwort gegeben haben, wird es nicht mehr verwendet; bitte widerrufen Sie es bei Apple.',
  failedTitle: 'Ihr Umzug ist stehen geblieben',
  failed:
    'Ihr IT-Team sieht, woran es liegt, und kümmert sich darum. Bei Apple wurde nichts gelöscht.',
  howFar: 'Wie weit ist es?',
  passwordInChat:
    'Das sieht aus wie ein app-spezifisches Passwort. Ich habe es nicht verwendet und nicht gespeichert, aber es steht jetzt in diesem Chat. Bitte löschen Sie Ihre Nachricht, widerrufen Sie das Passwort auf account.apple.com, erzeugen Sie ein neues und fügen Sie es in das Feld meiner Karte ein.',
  continued: 'Weiter unten geht es in einer neueren Karte weiter.',
  reminder:
    'Zur Erinnerung: Ihr Umzug wartet auf ein app-spezifisches Passwort. Die Karte dafür steht weiter oben; schreiben Sie „Status“, um eine neue zu bekommen.',
  page: {
    name: 'Umzug zu Outlook',
    signedInAs: (account) => `Angemeldet als ${account}`,
    signOut: 'Abmelden',
    signedOut: 'Sie sind abgemeldet.',
    signIn: 'Anmelden',
    notSignedIn:
      'Sie wurden nicht angemeldet. Bitte versuchen Sie es noch einmal mit Ihrem Geschäftskonto.',
    ended:
      'Ihre Anmeldung galt eine Stunde und ist abgelaufen. Es wurde nichts weitergegeben und nichts gespeichert; bitte melden Sie sich an und geben Sie es noch einmal ein.',
    none: 'Zurzeit läuft kein Umzug für Sie.',
    choose: 'Um welches Postfach geht es?',
    notFound:
      'Hier gibt es nichts für Sie. Falls Ihr IT-Team Ihnen diese Adresse geschickt hat, melden Sie sich mit dem Geschäftskonto an, an das es geschrieben hat.',
    tooFast: 'Das war sehr oft in kurzer Zeit. Bitte warten Sie eine Minute.',
    comeBack: 'Diese Seite zeigt immer, wie weit Ihr Umzug ist: Behalten Sie ihre Adresse.',
    language: 'Sprache',
  },
  letter: {
    subject: 'Ihre iCloud-Mails ziehen zu Outlook um: ein Schritt von Ihnen',
    body: (url) =>
      `Guten Tag,\n\nwir ziehen Ihre E-Mails von iCloud zu Outlook um. Dafür erzeugen Sie bei Apple ein app-spezifisches Passwort, nur für diesen Zweck, und geben es auf dieser Seite ein:\n\n${url}\n\nMelden Sie sich dort mit Ihrem Geschäftskonto an. Die Seite erklärt jeden Schritt; es dauert zwei Minuten. Schicken Sie das Passwort bitte nie per E-Mail oder Chat: Niemand wird Sie dort danach fragen.\n\nIhr IT-Team`,
  },
  problemTitle: 'Das hat nicht geklappt',
  tryAgain: 'Noch einmal',
  problems: {
    'source.login-refused': {
      what: 'Apple hat dieses Passwort für diese Adresse nicht angenommen.',
      doNext:
        'Meistens ist es vertippt oder widerrufen: Erzeugen Sie ein neues. Oder Apple möchte Ihre @icloud.com-Adresse statt einer Adresse Ihrer eigenen Domain. Oder iCloud Mail ist für diesen Apple Account ausgeschaltet.',
    },
    'secrets.not-for-this': {
      what: 'Das Passwort wurde für etwas anderes oder vor zu langer Zeit eingegeben.',
      doNext: 'Bitte geben Sie ein neues app-spezifisches Passwort ein.',
    },
    'jobs.credential-missing': {
      what: 'Das app-spezifische Passwort ist nicht mehr da.',
      doNext: 'Bitte geben Sie ein neues ein.',
    },
    'jobs.unknown-migration': {
      what: 'Diesen Umzug kenne ich nicht.',
      doNext: 'Schreiben Sie „Status“, um Ihren zu sehen.',
    },
    'internal.unexpected': {
      what: 'Es ist etwas passiert, das niemand vorhergesehen hat.',
      doNext: LATER,
    },
    'database.lost': { what: 'Ich kann gerade nichts nachsehen.', doNext: LATER },
    'teams.send-failed': { what: 'Teams hat eine Nachricht nicht angenommen.', doNext: WAITS },
    'teams.rate-limited': { what: 'Teams hat mich gebeten, langsamer zu machen.', doNext: WAITS },
    'graph.unreachable': { what: 'Microsoft 365 ist gerade nicht erreichbar.', doNext: LATER },
    'graph.throttled': {
      what: 'Microsoft 365 hat mich gebeten, langsamer zu machen.',
      doNext: LATER,
    },
    'graph.failed': { what: 'Microsoft 365 hatte kurz eine Störung.', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `Etwas stimmt nicht, das nur Ihr IT-Team beheben kann. Es heißt „${code}“.`,
    doNext: 'Bitte nennen Sie Ihrem IT-Team diesen Namen.',
  }),
};
