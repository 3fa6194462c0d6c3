/** Has the browser save a text as a file. */
export function saveFile (name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // a moment later, as the download begins after this
  setTimeout(() => { URL.revokeObjectURL(url) }, 60_000)
}
