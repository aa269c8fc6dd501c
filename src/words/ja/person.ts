import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = '何もする必要はありません。自動的にもう一度試します。';
const LATER =
  '1分ほど待ってからもう一度お試しください。繰り返す場合は、IT担当者にお知らせください。';

/** Japanese (です・ます). The two menu names are those of Apple's support page. */
export const PERSON_JA: PersonTexts = {
  welcomeTitle: 'iCloudメールからOutlookへの移行をお手伝いします',
  welcome: 'IT担当者がメールを移行するときに、必要な操作をここでお知らせします。',
  welcomeHint: '「状況」と入力すると、移行の進み具合を確認できます。',
  helpTitle: '移行の流れ',
  helpSteps: [
    '1. ここでアプリ用パスワードをお願いします。Appleがこの目的のためだけに作成するパスワードです。',
    '2. 試しにフォルダを1つコピーし、IT担当者が結果を確認します。',
    '3. すべてをコピーし、その後に届いたメールも追いかけます。作業は続けていただけます。',
    '4. メールの移行が終わったらお知らせしますので、パスワードを取り消してください。',
  ],
  helpHint: 'Apple側では何も削除されません。連絡先とカレンダーは移行されません。',
  helpCommands: '使える言葉:「状況」、「help」',
  statusWord: '状況',
  noMove: '現在進行中の移行はありません。必要なときにここでご連絡します。',
  notYours:
    'このカードはあなた宛てではないか、すでに無効です。「状況」と入力すると、ご自分のカードを表示できます。',
  outdated: 'このカードはもう有効ではありません。「状況」と入力すると、新しいカードを表示します。',
  tooFast:
    '短い時間に操作が多すぎたため、何も行いませんでした。1分ほどしてからもう一度お試しください。',
  roleUnknown: 'この操作が許可されているか確認できなかったため、何も行いませんでした。',
  askTitle: 'iCloudメールをOutlookに移行します',
  askAgainTitle: '新しいアプリ用パスワードが必要です',
  intro:
    'IT担当者があなたのiCloudメールをOutlookに移行しています。Apple側では何も削除されません。移行にはアプリ用パスワードが必要です。この目的だけに使うパスワードで、あとで取り消すことができます。2分ほどで終わります。',
  introAgain:
    'いただいたパスワードをAppleが受け付けなくなりました。取り消されたか、Appleのパスワードが変更されたためです。これまでにコピーしたメールは安全です。最後まで終えるには新しいパスワードが必要です。',
  steps: [
    `1. ${ACCOUNT} を開いてサインインします。**サインインとセキュリティ**、**アプリ用パスワード**の順に選択します。（2ファクタ認証が有効な場合にのみ表示されます。）`,
    '2. **+** を押して **Outlook移行** という名前を付け、Appleが表示するパスワードをコピーします。abcd-efgh-ijkl-mnop のような形です。',
    '3. 下の欄に貼り付けます。チャットには絶対に書き込まないでください。',
  ],
  goodToKnow: [
    'すべてのフォルダが、日付と開封済みの印も含めてコピーされます。移行先では、あなたと、会社がメールボックスを開くことを許可した人が読むことができます。',
    '連絡先とカレンダーは移行されません。',
    'パスワードは暗号化して保存され、この移行にのみ使用され、最後に削除されます。',
  ],
  whereItGoes: (target) => `iCloudメールからメールボックス ${target} に移行します。`,
  foreignHost: (host) =>
    `メールは ${host} から読み取られます。これはAppleのサーバではありません。IT担当者から案内があった場合にのみ続けてください。`,
  addressLabel: 'iCloudのメールアドレス',
  addressMissing: 'iCloudのメールアドレスを入力してください（例: name@icloud.com）。',
  passwordLabel: 'アプリ用パスワード',
  passwordMissing: 'アプリ用パスワードを貼り付けてください。',
  oldTeams:
    'お使いの Teams は古いため、入力中のパスワードを隠せません。Teams を更新するか、teams.microsoft.com でこのチャットを開いてください。',
  submit: '確認して開始',
  nothingToMove: 'iCloudメールは使っていません',
  wrongLength: (letters) =>
    `${plural('ja', letters, { other: '{n}文字です' })}。アプリ用パスワードは16文字で、abcd-efgh-ijkl-mnop のような形です。Appleには送信せず、保存もしていません。`,
  wrongAddress:
    'メールアドレスではありません。パスワードはAppleに送信せず、保存もしていません。もう一度両方を入力してください。',
  usedCard: 'このカードはすでに使用されています。もう一度両方を入力してください。',
  preparingTitle: '移行の準備をしています',
  preparing: 'メールボックスを準備しています。必要なときにここでご連絡します。',
  checkingTitle: 'Appleに確認しています…',
  checking: 'Appleでパスワードを試しています。数秒かかります。',
  checkAt: (time) =>
    `現在、Appleから応答がありません。${time} にもう一度試します。何もする必要はありません。`,
  spareTitle: 'パスワードは少しあとで試します',
  spareUntil: (time) =>
    `Appleで試せる回数には限りがあるため、${time} にもう一度試します。パスワードは暗号化して保存されており、何もする必要はありません。別のパスワードを使う場合は、下に入力してください。このパスワードと置き換わります。`,
  correct: '代わりにこれを試す',
  leaveOut: '一部を移行しない',
  leaveOutTitle: 'iCloudに残すものを選んでください',
  leaveOutIntro:
    'ここに書いたものはOutlookにコピーされません。何も削除されません。すべて移行する場合は、両方の欄を空にしてください。あとで変更しても、すでにコピーしたものはOutlookに残ります。',
  leaveOutFolders: 'フォルダ（1行に1つ）',
  leaveOutNames:
    'フォルダはiCloudメールでの名前で入力します。フォルダの中のフォルダは「家族/写真」のように書きます。Apple標準のフォルダは Archive、Drafts、Sent Messages、Junk、Deleted Messages です。フォルダの中にあるものも残ります。',
  leaveOutBefore: 'この日より前に受信したメール',
  leaveOutSave: '保存',
  notADay: '日付として読み取れません。2019-01-31 のように入力してください。',
  tooManyFolders: (most) => `フォルダが${most}個を超えています。数を減らしてください。`,
  leftOutByYou: (list) => `あなたが移行しないもの: ${list}`,
  leftOutByAdmin: (list) => `IT担当者が移行しないもの: ${list}`,
  leftOutFolder: (name) => `フォルダ「${name}」`,
  leftOutNamed: '指定したフォルダ',
  leftOutJunk: (days) => `${days}日より古い迷惑メール`,
  leftOutBefore: (day) => `${day} より前に受信したメール`,
  acceptedTitle: 'ありがとうございます。Appleで確認できました',
  accepted:
    'パスワードは暗号化して保存され、この移行にのみ使用され、最後に削除されます。メールの移行が終わったらお知らせします。',
  movingTitle: 'メールを移行しています',
  folder: (name) => `フォルダ「${name}」`,
  timeLeft: {
    moment: '残り1分未満',
    about: (time) => `残り約${time}`,
  },
  keepWorking: 'ここでもiCloudでも、作業を続けていただけます。',
  syncedTitle: 'メールはOutlookに入りました',
  synced:
    'IT担当者が移行を完了するまで、iCloudに届く新しいメールも引き続き移行します。何もする必要はありません。完了をお知らせするまで、パスワードは取り消さないでください。',
  pausedTitle: '移行は一時停止中です',
  paused: 'IT担当者が一時停止しました。失われるものはありません。何もする必要はありません。',
  doneTitle: 'メールの移行が終わりました',
  done: (messages) =>
    plural('ja', messages, { other: '完了しました。{n}件のメッセージがOutlookにあります。' }),
  stayedBehind: (messages) =>
    plural('ja', messages, {
      other:
        '{n}件のメッセージをコピーできませんでした。iCloudに残っており、IT担当者が確認できます。',
    }),
  revoke: `パスワードを今すぐ取り消してください。${ACCOUNT} を開き、**サインインとセキュリティ**、**アプリ用パスワード**の順に選択して、**Outlook移行** を削除します。`,
  passwordPurged: 'こちらで保存していたパスワードは削除しました。',
  declineTitle: 'iCloudメールを使っていませんか?',
  declineQuestion: '移行するものはないとIT担当者に伝えます。よろしいですか?',
  declineYes: 'はい、ありません',
  declineNo: '戻る',
  endedTitle: '移行は終了しました',
  ended:
    'iCloudメールは移行されません。パスワードを入力済みの場合、そのパスワードはもう使用されません。Appleで取り消してください。',
  failedTitle: '移行が停止しました',
  failed: '原因はIT担当者が確認し、対応します。Apple側では何も削除されていません。',
  howFar: '進み具合を見る',
  passwordInChat:
    'アプリ用パスワードのようです。使用も保存もしていませんが、このチャットに残っています。メッセージを削除し、account.apple.com でそのパスワードを取り消してから、新しいパスワードを作成してカードの欄に貼り付けてください。',
  continued: '続きは下の新しいカードにあります。',
  reminder:
    'お知らせ: 移行を進めるにはアプリ用パスワードが必要です。カードは上にあります。「状況」と入力すると、新しいカードを表示します。',
  page: {
    name: 'Outlookへの移行',
    signedInAs: (account) => `${account} としてサインイン中`,
    signOut: 'サインアウト',
    signedOut: 'サインアウトしました。',
    signIn: 'サインイン',
    notSignedIn: 'サインインできませんでした。職場のアカウントでもう一度お試しください。',
    ended:
      'サインインの有効時間（1時間）が過ぎました。何も送信せず、保存もしていません。サインインして、もう一度入力してください。',
    none: '現在進行中の移行はありません。',
    choose: 'どのメールボックスについてですか?',
    notFound:
      'ここには表示できるものがありません。IT担当者からこのアドレスが届いた場合は、その連絡を受け取った職場のアカウントでサインインしてください。',
    tooFast: '短い時間に操作が多すぎました。1分ほどお待ちください。',
    comeBack:
      'このページではいつでも移行の進み具合を確認できます。アドレスを保存しておいてください。',
    language: '言語',
  },
  letter: {
    subject: 'iCloudメールのOutlookへの移行: お願い',
    body: (url) =>
      `お疲れさまです。\n\niCloudメールをOutlookに移行しています。Appleでこの目的専用のアプリ用パスワードを作成し、次のページに入力してください。\n\n${url}\n\n職場のアカウントでサインインしてください。手順はページに書かれており、2分ほどで終わります。パスワードをメールやチャットで送らないでください。そこでお尋ねすることはありません。\n\nIT担当者`,
  },
  problemTitle: 'うまくいきませんでした',
  tryAgain: 'もう一度試す',
  problems: {
    'source.login-refused': {
      what: 'このアドレスとパスワードの組み合わせは、Appleに受け付けられませんでした。',
      doNext:
        '多くの場合、入力の誤りか、パスワードが取り消されたことが原因です。新しいパスワードを作成してください。独自ドメインのアドレスの代わりに @icloud.com のアドレスが必要な場合や、このApple AccountでiCloudメールがオフになっている場合もあります。',
    },
    'secrets.not-for-this': {
      what: 'このパスワードは別の目的のものか、入力から時間が経ちすぎています。',
      doNext: '新しいアプリ用パスワードを入力してください。',
    },
    'jobs.credential-missing': {
      what: 'アプリ用パスワードが見つかりません。',
      doNext: '新しいパスワードを入力してください。',
    },
    'jobs.unknown-migration': {
      what: 'この移行は見つかりません。',
      doNext: '「状況」と入力すると、ご自分の移行を確認できます。',
    },
    'internal.unexpected': { what: '予期しない問題が起きました。', doNext: LATER },
    'database.lost': { what: '現在、情報を確認できません。', doNext: LATER },
    'teams.send-failed': { what: 'Teamsがメッセージを受け付けませんでした。', doNext: WAITS },
    'teams.rate-limited': { what: 'Teamsから速度を落とすよう求められました。', doNext: WAITS },
    'graph.unreachable': { what: '現在、Microsoft 365に接続できません。', doNext: LATER },
    'graph.throttled': {
      what: 'Microsoft 365から速度を落とすよう求められました。',
      doNext: LATER,
    },
    'graph.failed': { what: 'Microsoft 365で一時的な問題が起きました。', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `IT担当者にしか解決できない問題が起きています。名前は「${code}」です。`,
    doNext: 'この名前をIT担当者にお伝えください。',
  }),
};
