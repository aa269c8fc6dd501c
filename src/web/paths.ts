/** Where Entra ID sends people back to, below PUBLIC_URL; registered with the application. */
export const SIGN_IN_PATH = '/sign-in/done';

/** The person's own page. */
export const MOVE_PATH = '/move';
