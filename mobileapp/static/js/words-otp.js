// The sentences about one-time codes: [Traditional Chinese, English]. `words.js` takes them in.

export const OTP_WORDS = {
  "otp.title": ["健保卡OTP認證碼", "One-time code"],
  "otp.locked": ["解鎖後才會產生認證碼。", "The code is made once you unlock."],
  "otp.live": ["請在登入頁輸入這組號碼。只能使用一次。", "Type this code on the login page. It works once."],
  "otp.live.tied": [
    "請在顯示「{tag}」的登入頁輸入這組號碼。只在那一頁有效，只能使用一次。",
    "Type this code on the login page that shows {tag}. It works there only, and once.",
  ],
  "otp.spoken": ["認證碼 {code}，還有 {time}", "Code {code}, {time} left"],
  "otp.soon": ["認證碼還有 {time}", "{time} left for this code"],
  "otp.used": ["已使用", "Used"],
  "otp.used.lead": [
    "這組號碼已用過，不能再用。要再登入一次，請顯示新的。",
    "This code has been used and works no more. For another login, show a new one.",
  ],
  "otp.used.wait": [
    "這組號碼已用過，不能再用。要再登入一次，最晚 30 秒後就有下一組。",
    "This code has been used and works no more. For another login there is a new one after 30 seconds at the latest.",
  ],
  "otp.older": ["已失效", "Out of date"],
  "otp.older.lead": [
    "您已用過較新的號碼，這組因此失效。請顯示新的。",
    "A newer code was used, so this one works no more. Show a new one.",
  ],
  "otp.over": ["時間到了", "Time is up"],
  "otp.over.lead": ["這組號碼沒有使用，已過期。請顯示新的。", "This code has expired unused. Show a new one."],
  "otp.new": ["顯示新的認證碼", "Show a new code"],
  "otp.next": ["換下一組號碼", "Next code"],
  "otp.next.in": ["{time}後有下一組號碼", "Next code in {time}"],
  "otp.warn": ["不要把認證碼告訴任何人，我們也不會問您。", "Tell this code to nobody. We never ask for it."],
  "otp.offline": [
    "沒有網路也能用。是否已用過，連線後才會顯示。",
    "It works without a network. Whether it was used is shown once you are online.",
  ],
  "otp.clock.fast": [
    "這支手機的時間快了約 {time}，認證碼已自動校正。",
    "This phone's clock is about {time} fast. The code allows for that.",
  ],
  "otp.clock.slow": [
    "這支手機的時間慢了約 {time}，認證碼已自動校正。",
    "This phone's clock is about {time} slow. The code allows for that.",
  ],
  "otp.clock.old": [
    "已 {time}沒有連線校時。號碼若無法使用，請先連上網路，再顯示新的。",
    "This phone was last online {time} ago. If the code is refused, go online, then show a new one.",
  ],
  "otp.clock.turned": [
    "這支手機的時間被調慢過，號碼可能無法使用。請先連上網路，再顯示新的。",
    "This phone's clock was set back, so the code may be refused. Go online, then show a new one.",
  ],
  "otp.paused": [
    "有人用您的身分證號輸錯認證碼太多次，輸入認證碼登入暫停到 {until}。您的手機沒有被鎖，請改用掃描 QR Code 登入。",
    "Too many wrong codes were typed with your ID: typed codes pause until {until}. Your phone is not locked: scan the QR code instead.",
  ],
  "otp.closed": [
    "有人用您的身分證號輸錯認證碼太多次，輸入認證碼登入已關閉，用健保卡重新綁定手機後才會開啟。您的手機沒有被鎖，請改用掃描 QR Code 登入。",
    "Too many wrong codes were typed with your ID: typed codes are closed until you bind a phone anew with your health card. Your phone is not locked: scan the QR code instead.",
  ],
  "otp.scan": ["改用掃描 QR Code", "Scan the QR code instead"],
  "otp.tag.lead": [
    "輸入登入頁上顯示的兩個字元，認證碼就只能在那一頁使用。",
    "Enter the two characters that the login page shows. The code then works on that page only.",
  ],
  "otp.tag": ["登入頁上的兩個字元", "The two characters on the login page"],
  "otp.tag.hint": ["例如 7K", "For example 7K"],
  "otp.tag.error": ["請輸入兩個字元（英文字母或數字）。", "Enter two characters, letters or digits."],
  "otp.tag.go": ["顯示認證碼", "Show the code"],
  "otp.tag.ask": ["登入頁有顯示兩個字元？", "Does the page show two characters?"],
  "time.minutes": ["{n} 分鐘", "{n} min"],
  "time.hours": ["{n} 小時", "{n} h"],
  "time.days": ["{n} 天", "{n} days"],
};
