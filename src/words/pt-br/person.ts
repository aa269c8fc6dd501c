import type { PersonTexts } from '../person-texts.ts';
import { plural } from '../plural.ts';

const ACCOUNT = '[account.apple.com](https://account.apple.com)';
const WAITS = 'Nada: eu tento de novo por conta própria.';
const LATER = 'Tente de novo em um minuto. Se acontecer outra vez, avise sua equipe de TI.';

/**
 * Brazilian Portuguese ("você"). Apple's first menu name is that of its guides; the second, "Senhas
 * Específicas de Apps", is believed.
 */
export const PERSON_PT_BR: PersonTexts = {
  welcomeTitle: 'Eu ajudo a passar o iCloud Mail para o Outlook',
  welcome:
    'Quando sua equipe de TI transferir seus e-mails, eu digo aqui o que você precisa fazer.',
  welcomeHint: 'Escreva “status” para ver como está sua transferência.',
  helpTitle: 'Como é uma transferência',
  helpSteps: [
    '1. Peço aqui uma senha específica de app, que a Apple cria só para isso.',
    '2. Copio uma pasta como teste, e sua equipe de TI confere o resultado.',
    '3. Copio tudo e depois acompanho o que chegar de novo. Você pode continuar trabalhando.',
    '4. Aviso quando seus e-mails chegarem, e você revoga a senha.',
  ],
  helpHint: 'Nada é apagado na Apple. Contatos e calendários não são transferidos.',
  helpCommands: 'Você pode escrever: “status”, “help”.',
  statusWord: 'status',
  noMove: 'Não há nenhuma transferência sua em andamento. Escrevo aqui quando precisar de você.',
  notYours: 'Este cartão não é para você ou não vale mais. Escreva “status” para ver o seu.',
  outdated: 'Este cartão não vale mais. Escreva “status” para receber um novo.',
  tooFast: 'Foi demais de uma vez, então não fiz nada. Tente de novo em um minuto.',
  roleUnknown: 'Não consegui descobrir se você pode fazer isso, então não fiz nada.',
  askTitle: 'Seus e-mails do iCloud vão para o Outlook',
  askAgainTitle: 'Preciso de uma nova senha específica de app',
  intro:
    'Sua equipe de TI está transferindo seus e-mails do iCloud para o Outlook. Nada é apagado na Apple. Preciso de uma senha específica de app: uma senha só para isso, que você pode revogar depois. Leva dois minutos.',
  introAgain:
    'A Apple não aceita mais a senha que você me deu: ela foi revogada, ou sua senha da Apple foi alterada. O que já foi copiado está seguro; preciso de uma nova para terminar.',
  steps: [
    `1. Abra ${ACCOUNT} e inicie a sessão. Escolha **Início de Sessão e Segurança** e depois **Senhas Específicas de Apps**. (Só aparece quando a autenticação de dois fatores está ativada.)`,
    '2. Clique em **+**, dê o nome **Mudança para o Outlook** e copie o que a Apple mostrar. Ela se parece com abcd-efgh-ijkl-mnop.',
    '3. Cole abaixo. Nunca a escreva no próprio chat.',
  ],
  goodToKnow: [
    'Todas as suas pastas são copiadas, com as datas e as marcas de leitura. Lá, você e quem sua empresa autorizar a abrir sua caixa de correio poderão ler as mensagens.',
    'Contatos e calendários não são transferidos.',
    'A senha é armazenada de forma criptografada, usada apenas para esta transferência e apagada no fim.',
  ],
  whereItGoes: (target) => `Do seu iCloud Mail para a caixa de correio ${target}.`,
  foreignHost: (host) =>
    `Seus e-mails são lidos em ${host}, que não é um servidor da Apple. Continue somente se sua equipe de TI tiver avisado você.`,
  addressLabel: 'Seu endereço do iCloud',
  addressMissing: 'Digite seu endereço do iCloud, por exemplo name@icloud.com.',
  passwordLabel: 'Senha específica de app',
  passwordMissing: 'Cole a senha específica de app.',
  oldTeams:
    'Esta versão do Teams é antiga demais para ocultar uma senha durante a digitação. Atualize o Teams ou abra este chat em teams.microsoft.com.',
  submit: 'Verificar e iniciar',
  nothingToMove: 'Não uso o iCloud Mail',
  wrongLength: (letters) =>
    `${plural('pt-BR', letters, { one: 'Isso tem {n} letra', many: 'Isso tem {n} de letras', other: 'Isso tem {n} letras' })}; uma senha específica de app tem 16 e se parece com abcd-efgh-ijkl-mnop. Ela não foi enviada à Apple nem guardada.`,
  wrongAddress:
    'Isso não é um endereço de e-mail. Sua senha não foi enviada à Apple nem guardada; digite os dois de novo.',
  usedCard: 'Este cartão já foi usado. Digite os dois de novo.',
  preparingTitle: 'Sua transferência está sendo preparada',
  preparing: 'Sua caixa de correio está sendo preparada. Escrevo aqui quando precisar de você.',
  checkingTitle: 'Consultando a Apple…',
  checking: 'Estou testando sua senha na Apple. Leva alguns segundos.',
  checkAt: (time) =>
    `A Apple não está respondendo no momento. Tento de novo às ${time}; você não precisa fazer nada.`,
  spareTitle: 'Vou testar sua senha um pouco mais tarde',
  spareUntil: (time) =>
    `A Apple permite poucas tentativas; testo a sua de novo às ${time}. Ela está guardada de forma criptografada, e você não precisa fazer nada. Se você queria usar outra, digite-a abaixo: ela substitui esta.`,
  correct: 'Testar esta no lugar',
  leaveOut: 'Deixar algo de fora',
  leaveOutTitle: 'O que deve ficar no iCloud?',
  leaveOutIntro:
    'Não é copiado para o Outlook, e nada é apagado. Deixe os dois campos vazios para transferir tudo. Se você mudar de ideia depois, o que já foi copiado fica no Outlook.',
  leaveOutFolders: 'Pastas, uma por linha',
  leaveOutNames:
    'Escreva as pastas como o iCloud Mail as chama; uma pasta dentro de outra se escreve Família/Fotos. As da Apple se chamam Archive, Drafts, Sent Messages, Junk e Deleted Messages. O que está dentro delas também fica.',
  leaveOutBefore: 'E-mails recebidos antes deste dia',
  leaveOutSave: 'Salvar',
  notADay: 'Não consigo ler isso como uma data. Escreva assim: 2019-01-31.',
  tooManyFolders: (most) => `São mais de ${most} pastas. Indique menos.`,
  leftOutByYou: (list) => `O que você deixa de fora: ${list}.`,
  leftOutByAdmin: (list) => `O que sua equipe de TI deixa de fora: ${list}.`,
  leftOutFolder: (name) => `a pasta “${name}”`,
  leftOutNamed: 'as pastas indicadas',
  leftOutJunk: (days) => `o lixo eletrônico com mais de ${days} dias`,
  leftOutBefore: (day) => `os e-mails recebidos antes de ${day}`,
  acceptedTitle: 'Obrigado, a Apple aceitou',
  accepted:
    'A senha é armazenada de forma criptografada, usada apenas para esta transferência e apagada no fim. Aviso quando seus e-mails chegarem.',
  movingTitle: 'Seus e-mails estão sendo transferidos',
  folder: (name) => `Pasta “${name}”`,
  timeLeft: {
    moment: 'falta menos de um minuto',
    about: (time) => `faltam cerca de ${time}`,
  },
  keepWorking: 'Você pode continuar trabalhando, aqui e no iCloud.',
  syncedTitle: 'Seus e-mails estão no Outlook',
  synced:
    'O que ainda chegar ao iCloud também é transferido, até sua equipe de TI concluir a transferência. Você não precisa fazer nada; mantenha a senha até eu avisar que terminou.',
  pausedTitle: 'Sua transferência está em pausa',
  paused: 'Sua equipe de TI a pausou. Nada se perde, e você não precisa fazer nada.',
  doneTitle: 'Seus e-mails chegaram',
  done: (messages) =>
    plural('pt-BR', messages, {
      one: 'Pronto. {n} mensagem sua está no Outlook.',
      many: 'Pronto. {n} de mensagens suas estão no Outlook.',
      other: 'Pronto. {n} mensagens suas estão no Outlook.',
    }),
  stayedBehind: (messages) =>
    plural('pt-BR', messages, {
      one: '{n} mensagem não pôde ser copiada. Ela continua no iCloud, e sua equipe de TI vê qual é.',
      many: '{n} de mensagens não puderam ser copiadas. Elas continuam no iCloud, e sua equipe de TI vê quais são.',
      other:
        '{n} mensagens não puderam ser copiadas. Elas continuam no iCloud, e sua equipe de TI vê quais são.',
    }),
  revoke: `Revogue a senha agora: abra ${ACCOUNT}, escolha **Início de Sessão e Segurança**, depois **Senhas Específicas de Apps**, e remova **Mudança para o Outlook**.`,
  passwordPurged: 'Apaguei a minha cópia.',
  declineTitle: 'Sem iCloud Mail?',
  declineQuestion: 'Digo então à sua equipe de TI que não há nada a transferir. É isso mesmo?',
  declineYes: 'Sim, nada a transferir',
  declineNo: 'Voltar',
  endedTitle: 'Sua transferência foi encerrada',
  ended:
    'Seus e-mails do iCloud não serão transferidos. Se você me deu uma senha, ela não é mais usada; revogue-a na Apple.',
  failedTitle: 'Sua transferência parou',
  failed: 'Sua equipe de TI vê o motivo e cuida disso. Nada foi apagado na Apple.',
  howFar: 'Como está?',
  passwordInChat:
    'Isso parece uma senha específica de app. Não a usei nem guardei, mas agora ela está neste chat. Apague sua mensagem, revogue essa senha em account.apple.com, crie uma nova e cole-a no campo do meu cartão.',
  continued: 'Isto continua em um cartão mais recente, abaixo.',
  reminder:
    'Um lembrete: sua transferência espera uma senha específica de app. O cartão para isso está mais acima; escreva “status” para receber um novo.',
  page: {
    name: 'Transferência para o Outlook',
    signedInAs: (account) => `Sessão iniciada como ${account}`,
    signOut: 'Sair',
    signedOut: 'Você saiu.',
    signIn: 'Iniciar sessão',
    notSignedIn: 'A sessão não foi iniciada. Tente de novo com sua conta corporativa.',
    ended:
      'Sua sessão durava uma hora e terminou. Nada foi enviado nem guardado; inicie a sessão e digite de novo.',
    none: 'Não há nenhuma transferência sua em andamento.',
    choose: 'De qual caixa de correio se trata?',
    notFound:
      'Não há nada aqui para você. Se sua equipe de TI enviou este endereço, inicie a sessão com a conta corporativa para a qual ela escreveu.',
    tooFast: 'Foram muitas vezes em pouco tempo. Espere um minuto.',
    comeBack: 'Esta página sempre mostra como está sua transferência: guarde o endereço.',
    language: 'Idioma',
  },
  letter: {
    subject: 'Seus e-mails do iCloud vão para o Outlook: falta um passo seu',
    body: (url) =>
      `Olá,\n\nestamos transferindo seus e-mails do iCloud para o Outlook. Para isso, crie na Apple uma senha específica de app, só para isso, e digite-a nesta página:\n\n${url}\n\nInicie a sessão ali com sua conta corporativa. A página explica cada passo; leva dois minutos. Nunca envie a senha por e-mail ou chat: ninguém vai pedi-la por lá.\n\nSua equipe de TI`,
  },
  problemTitle: 'Não funcionou',
  tryAgain: 'Tentar de novo',
  problems: {
    'source.login-refused': {
      what: 'A Apple não aceitou esta senha para este endereço.',
      doNext:
        'Na maioria das vezes, ela foi digitada errado ou revogada: crie uma nova. Ou a Apple espera seu endereço @icloud.com em vez de um do seu próprio domínio. Ou o iCloud Mail está desativado nesta Conta Apple.',
    },
    'secrets.not-for-this': {
      what: 'A senha foi dada para outra coisa ou há tempo demais.',
      doNext: 'Digite uma nova senha específica de app.',
    },
    'jobs.credential-missing': {
      what: 'A senha específica de app não está mais lá.',
      doNext: 'Digite uma nova.',
    },
    'jobs.unknown-migration': {
      what: 'Não conheço esta transferência.',
      doNext: 'Escreva “status” para ver a sua.',
    },
    'internal.unexpected': { what: 'Aconteceu algo que ninguém previu.', doNext: LATER },
    'database.lost': { what: 'Não consigo consultar nada no momento.', doNext: LATER },
    'teams.send-failed': { what: 'O Teams não aceitou uma mensagem.', doNext: WAITS },
    'teams.rate-limited': { what: 'O Teams pediu que eu vá mais devagar.', doNext: WAITS },
    'graph.unreachable': {
      what: 'Não é possível acessar o Microsoft 365 no momento.',
      doNext: LATER,
    },
    'graph.throttled': { what: 'O Microsoft 365 pediu que eu vá mais devagar.', doNext: LATER },
    'graph.failed': { what: 'O Microsoft 365 falhou por um momento.', doNext: LATER },
  },
  otherProblem: (code) => ({
    what: `Algo está errado, e só sua equipe de TI pode resolver. O nome é “${code}”.`,
    doNext: 'Informe esse nome a eles.',
  }),
};
