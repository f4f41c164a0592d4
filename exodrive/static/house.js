// What pages do beyond links and forms. Every page works without it.
// The server sends this list of parts as one file.
import "./js/theme.js";
import "./js/hold.js";
import "./js/dialogs.js";
import "./js/toasts.js";
import "./js/focus.js";
import "./js/problems.js";
import "./js/drafts.js";
import "./js/photos.js";
import "./js/gallery.js";
import "./js/copying.js";
import "./js/pressing.js";
import "./js/sheets.js";
import "./js/addresses.js";
import "./js/calendar.js";
import "./js/paypal-buttons.js";
