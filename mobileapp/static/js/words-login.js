// What is said while a login waits for its owner, and of what became of it.

export const LOGIN_WORDS = {
  "typed.title": ["輸入網頁上的代碼", "Type the code of the page"],
  "typed.lead": [
    "不方便掃描時使用。在網頁上按「不能掃描？改用代碼」，就會看到 8 個字。",
    "For when you cannot scan. On the page press 'Cannot scan? Use a code'; it shows 8 letters and digits.",
  ],
  "typed.code": ["網頁上的代碼", "Code on the page"],
  "typed.code.hint": ["8 個字，例如 K7M2-9QXD", "8 letters and digits, such as K7M2-9QXD"],
  "typed.code.error": ["請輸入 8 個英文字母或數字。", "Please type 8 letters and digits."],
  "typed.submit": ["繼續", "Continue"],
  "scan.typed": ["不能掃描？輸入網頁上的代碼", "Cannot scan? Type the page's code"],

  "login.retype": ["重新輸入代碼", "Type the code again"],
  "login.done.here": [
    "請按下方按鈕回到網站，登入才會完成。",
    "Press the button to go back to the website: the login is completed there.",
  ],
  "login.back": ["回到網站完成登入", "Back to the website"],
  "login.receipt": ["收據號碼", "Receipt number"],
  "login.receipt.hint": [
    "網頁和紀錄上也有同一個號碼，可以核對。",
    "The page and your history show the same number, so that you can compare.",
  ],
  "login.freeze": ["停止綁定新手機", "Stop new phones"],

  "freeze.working": ["正在停止…", "Stopping…"],
  "freeze.done.title": ["已停止綁定新手機", "New phones are stopped"],
  "freeze.done.lead": [
    "沒有人能用您的名義綁定新手機。用健保卡登入網站後，可以重新開放。",
    "Nobody can bind another phone in your name. Log in on the website with your card to allow it again.",
  ],
  "freeze.failed.title": ["還沒有停止", "Not stopped yet"],
  "freeze.again": ["再試一次", "Try again"],

  "receipts.title": ["同意過的登入", "Logins you approved"],
  "receipts.lead": [
    "這支手機同意的登入。號碼應該和網頁「登入與安全紀錄」裡的相同。",
    "Approved on this phone. Each number should be the same as in the website's history.",
  ],
  "receipts.empty": ["還沒有同意過登入。", "No login was approved yet."],
};
