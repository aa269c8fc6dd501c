/** What is measured: one case for each row, or for the rows that one set of runs answers. */
import type { CorpusName } from './corpus/corpora.ts';
import type { LinkSettings } from './link/delay-line.ts';
import type { Contender } from './run/contenders.ts';

export interface BenchCase {
  readonly id: string;
  readonly title: string;
  readonly corpus: CorpusName;
  /** Null: straight to the servers. */
  readonly link: LinkSettings | null;
  /** Of the project to the target. */
  readonly connections: number;
  readonly pumpConnections: number;
  /** In the order in which they take turns. */
  readonly contenders: readonly Contender[];
  /** Runs of mbsync where one takes a minute and differs by little. */
  readonly mbsyncRepeats?: 1;
  /** True: what is measured is the second copy, of an unchanged mailbox. */
  readonly isRerun?: true;
}

const SLOW: LinkSettings = { rttMs: 40, bytesPerSecond: null, serviceMs: 0 };
const EXCHANGE_LIKE: LinkSettings = { ...SLOW, serviceMs: 100 };
/** 100 Mbit/s. */
const NARROW: LinkSettings = { ...SLOW, bytesPerSecond: 12_500_000 };
const ALL: readonly Contender[] = ['pump', 'project', 'mbsync'];

export const BENCH_CASES: readonly BenchCase[] = [
  {
    id: 'big-0',
    title: '`big`, RTT 0',
    corpus: 'big',
    link: null,
    connections: 4,
    pumpConnections: 1,
    contenders: ['pump', 'project', 'mbsync', 'project-exchange'],
  },
  {
    id: 'big-40',
    title: '`big`, RTT 40 ms',
    corpus: 'big',
    link: SLOW,
    connections: 4,
    pumpConnections: 1,
    contenders: ALL,
    mbsyncRepeats: 1,
  },
  {
    id: 'quarter-4',
    title: '`quarter`, 100 ms for each APPEND, RTT 40 ms, 4 connections',
    corpus: 'quarter',
    link: EXCHANGE_LIKE,
    connections: 4,
    pumpConnections: 4,
    contenders: ALL,
    mbsyncRepeats: 1,
  },
  {
    id: 'quarter-10',
    title: '`quarter`, the same, 10 connections',
    corpus: 'quarter',
    link: EXCHANGE_LIKE,
    connections: 10,
    pumpConnections: 10,
    contenders: ['pump', 'project'],
  },
  {
    id: 'small-narrow',
    title: '`small`, 100 Mbit/s, RTT 40 ms',
    corpus: 'small',
    link: NARROW,
    connections: 4,
    pumpConnections: 1,
    contenders: ALL,
    mbsyncRepeats: 1,
  },
  {
    id: 'rerun',
    title: '`small` again, nothing new, RTT 40 ms',
    corpus: 'small',
    link: SLOW,
    connections: 4,
    pumpConnections: 1,
    contenders: ['project', 'mbsync'],
    isRerun: true,
  },
  {
    id: 'huge',
    title: 'one message of 150 MB, RTT 0',
    corpus: 'huge',
    link: null,
    connections: 4,
    pumpConnections: 1,
    contenders: ALL,
  },
];
