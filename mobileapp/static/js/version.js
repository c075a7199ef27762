/** The version that this phone tells the service when it is bound. */
export const APP_VERSION = "0.1.0";
