// The sentences about renewing what guards this phone: [Traditional Chinese, English]. `words.js` takes them in.

export const KEYS_WORDS = {
  "keys.new": ["更換金鑰", "New keys"],
  "keys.new.title": ["更換這支手機的金鑰", "New keys for this phone"],
  "keys.new.lead": [
    "手機會產生新的金鑰，舊的立刻失效，登入的方式都不變。懷疑有人動過這支手機時可以使用，我們會寄信通知您。",
    "The phone makes new keys and the old ones are over at once; everything works as before. Do it if somebody may have tampered with this phone. We tell you by mail.",
  ],
  "keys.new.submit": ["更換金鑰", "Make new keys"],
  "keys.new.done.title": ["金鑰已更換", "The keys are new"],
  "keys.new.done.lead": ["舊的金鑰已失效，不用再做什麼。", "The old ones are over. There is nothing more to do."],
  "keys.unfinished.title": ["金鑰還沒換完", "One more step for the new keys"],
  "keys.unfinished.lead": [
    "上次更換時連線中斷。請再更換一次，登入代碼才會正確。",
    "The connection broke during the last change. Please change them once more, so that your codes are right.",
  ],
  "keys.pin": ["新的 App 密碼", "New app PIN"],
  "keys.pin.hint": ["6 個數字；不要用生日或連號", "6 digits; no birthday, no row of digits"],
  "keys.pin.change": ["變更 App 密碼", "Change the app PIN"],
  "keys.pin.title": ["變更 App 密碼", "Change the app PIN"],
  "keys.pin.lead": ["這個密碼只在這支手機上使用。", "It is for this phone alone."],
  "keys.pin.submit": ["變更密碼", "Change the PIN"],
  "keys.pin.done.title": ["App 密碼已變更", "The app PIN is changed"],
  "keys.pin.done.lead": ["下次請輸入新的密碼。", "Enter the new one from now on."],
  "keys.present": ["目前的 App 密碼", "Present app PIN"],
  "keys.present.hint": ["您在這支手機上設定的 6 個數字", "The 6 digits you chose on this phone"],
};
