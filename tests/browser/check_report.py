#!/usr/bin/env python3
"""Opens a report in a real browser and looks: no error, nothing fetched, the slider changes the picture, it fits a phone.

  check_report.py PAGE.html [BROWSER]       exit code 0: all is well, 1: what is not is printed, 77: no browser here

A copy of the page gets a script in front, which listens for errors, and one behind, which moves the slider and reads what
changed; the browser loads it without a window and hands back the document.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LISTEN = """<script>window.faults = [];
addEventListener('error', e => faults.push('error: ' + e.message));
addEventListener('unhandledrejection', e => faults.push('rejected: ' + e.reason));
document.addEventListener('securitypolicyviolation', e => faults.push('wanted to load ' + e.blockedURI));
for (const kind of ['error', 'warn']) console[kind] = (...words) => faults.push('console: ' + words.join(' '));
</script>"""

LOOK = """<script>addEventListener('load', () => setTimeout(() => {
  const seen = {}, all = s => [...document.querySelectorAll(s)], pictures = () => all('canvas').map(c => c.toDataURL());
  const check = (name, right) => { seen[name] = right; };
  const slider = document.querySelector('input[type=range]'), before = pictures();
  const x = () => all('.now').map(l => l.getAttribute('x1')).join(), moment = x(), words = slider.getAttribute('aria-valuetext');
  const move = to => { slider.value = to; slider.dispatchEvent(new Event('input', {bubbles: true})); };
  move(slider.max);
  check('the slider changes the first picture', pictures()[0] !== before[0]);
  check('the slider moves the lines in the plots', x() !== moment && moment !== '');
  check('the slider says the moment in words', slider.getAttribute('aria-valuetext') !== words && !!words);
  move(0);
  check('back at the start the picture is the first again', pictures()[0] === before[0]);
  const choose = value => {
    const radio = document.querySelector('input[type=radio][value=' + value + ']');
    radio.click();
    return pictures()[0];
  };
  const bare = choose('none'), attention = choose('attention'), cam = choose('cam');
  check('attention is laid over the frame', attention !== bare);
  check('Grad-CAM is laid over the frame', cam !== bare && cam !== attention);
  const points = document.querySelector('input[type=checkbox]'), with_points = pictures()[0];
  points.click();
  check('key points can be switched off', pictures()[0] !== with_points);
  check('landmarks', ['header', 'nav', 'main', 'footer'].every(e => all(e).length === 1) && all('h1').length === 1);
  check('every control has a label', all('input,select').every(e => e.labels.length > 0) &&
        all('button').every(b => b.textContent.trim() !== ''));
  check('every drawing has a text in its place', all('svg,canvas').every(e => e.getAttribute('role') === 'img' && e.getAttribute('aria-label')));
  check('every figure has a heading and a sentence', all('figure').every(f => f.querySelector('figcaption h3') && f.querySelector('figcaption p').textContent.length > 20));
  check('every figure has its numbers as a table', all('figure').every(f => f.querySelector('details table td')));
  check('names are unique', new Set(all('[id]').map(e => e.id)).size === all('[id]').length);
  check('text of others makes no elements', all('main i').every(i => i.closest('.bars')) && all('h2 b').length === 0);
  check('it is as wide as its window', document.documentElement.scrollWidth <= innerWidth);
  check('nothing was fetched', performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length === 0);
  seen.faults = faults;
  const out = document.createElement('pre');
  out.id = 'seen', out.textContent = JSON.stringify(seen);
  document.body.append(out);
}, 300));</script>"""


def main():
    browser = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        print("skipped: no chromium here")
        return 77
    page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    bad = [f"names an address: {a}" for a in set(re.findall(r"(?:src|href)=\"?https?://[^\"> ]*", page))]
    page = page.replace("<meta name=\"viewport\"", LISTEN + "<meta name=\"viewport\"").replace("</body>", LOOK + "</body>")
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "page.html"
        copy.write_text(page, encoding="utf-8")
        for width in (1280, 500):
            run = subprocess.run(
                [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND",
                 f"--user-data-dir={folder}/profile", f"--window-size={width},900", "--virtual-time-budget=4000", "--dump-dom",
                 copy.as_uri()], capture_output=True, text=True, timeout=240)
            found = re.search(r'<pre id="seen">(.*?)</pre>', run.stdout, re.S)
            if not found:
                bad.append(f"{width} pixels wide: the page's end was not reached; the browser says: {run.stderr[-600:]}")
                continue
            seen = json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
            bad += [f"{width} pixels wide: {fault}" for fault in seen.pop("faults")]
            bad += [f"{width} pixels wide: not so: {name}" for name, right in seen.items() if not right]
            print(f"{width} pixels wide: {sum(map(bool, seen.values()))} of {len(seen)} checks")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
