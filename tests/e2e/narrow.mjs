// The other half of every.mjs: English, dark, 390 px, and the dialogs.
import './every.mjs'
