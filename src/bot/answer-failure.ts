import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../log.ts';

/** A body that is no JSON or too large keeps express's status; anything else is ours: 500, no details. */
export function answerFailure(
  logger: Logger,
): (error: unknown, request: Request, response: Response, next: NextFunction) => void {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status =
      typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    const answered = status >= 400 && status < 500 ? status : 500;
    logger.error(
      { status: answered, error: error instanceof Error ? error.name : 'unknown' },
      'turn failed',
    );
    response.status(answered).end();
  };
}
