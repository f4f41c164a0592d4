// What pages of the desk do beyond links and forms, besides house.js. Every page works without it.
// The server sends this list of parts as one file.
import "./js/desk/keys.js";
import "./js/desk/palette.js";
import "./js/desk/drawer.js";
import "./js/desk/tabs.js";
