/** Where Entra ID sends people back to, below PUBLIC_URL; registered with the application. */
export const SIGN_IN_PATH = '/sign-in/done';
