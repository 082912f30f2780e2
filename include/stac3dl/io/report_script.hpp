/// io/report_script.hpp - the script of a report: a slider steps through a recording's frames.
///
/// Each <section data-recording> has its JSON in a <script type="application/json">.  show() draws the slider's frame of
/// every sensor with what the reader asked for over it, moves the dashed line in all plots over time, and says the moment
/// in words (the slider's aria-valuetext).  Without a script the page is complete but for this player.
#pragma once

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The text of the script.
inline constexpr const char* report_script = R"js('use strict';
for (const section of document.querySelectorAll('section[data-recording]')) start(section);

function start(section) {
  const data = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
  const slider = section.querySelector('input[type=range]'), play = section.querySelector('button');
  const clock = section.querySelector('.clock'), cams = section.querySelector('select');
  const canvases = [...section.querySelectorAll('canvas')], bars = section.querySelector('.bars');
  const steps = data.alpha.length;
  let timer = 0;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const m of data.modalities) {
    if (m.kind !== 'picture') continue;
    m.image = new Image();
    m.image.onload = () => show();
    m.image.src = m.sprite;
  }
  for (const c of data.cams) c.bytes = Uint8Array.from(atob(c.data), x => x.charCodeAt(0));
  const scale = data.modalities.map(m => {
    let most = 1e-9;
    for (const row of data.beta) for (let p = 0; p < m.rows * m.columns; ++p) most = Math.max(most, row[m.first + p]);
    return most;
  });
  const overlay = () => (section.querySelector('input[type=radio]:checked') || {}).value || 'none';
  const wants = name => (section.querySelector('input[name^=' + name + ']') || {}).checked;
  const percent = x => x === null ? '\u2013' : Math.round(100 * x) + '\u00a0%';

  function cells(g, w, h, rows, columns, value) {
    g.fillStyle = '#ff9100';
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < columns; ++c) {
        const x0 = Math.round(c * w / columns), y0 = Math.round(r * h / rows);
        g.globalAlpha = 0.85 * Math.min(1, value(r, c));
        g.fillRect(x0, y0, Math.round((c + 1) * w / columns) - x0, Math.round((r + 1) * h / rows) - y0);
      }
    g.globalAlpha = 1;
  }
  function bone(g, w, h, a, b) {
    g.beginPath(), g.moveTo(a[0] * w, a[1] * h), g.lineTo(b[0] * w, b[1] * h), g.stroke();
  }
  function figure(g, w, h, points, bones, size) {
    for (const [colour, extra] of [['#fff', 3], ['#9a3cf0', 0]]) {
      g.strokeStyle = g.fillStyle = colour;
      g.lineWidth = size * 0.7 + extra, g.lineCap = 'round';
      for (const [a, b] of bones) bone(g, w, h, points[a], points[b]);
      for (const p of points) g.beginPath(), g.arc(p[0] * w, p[1] * h, size + extra / 2, 0, 7), g.fill();
    }
  }
  function picture(canvas, index, i, step) {
    const m = data.modalities[index], g = canvas.getContext('2d'), w = canvas.width, h = canvas.height;
    const t = Math.min(m.frames - 1, Math.floor((i + 0.5) * m.frames / data.frames));
    if (!m.image.complete || !m.image.naturalWidth) return;
    const columns = m.image.naturalWidth / m.width, kind = overlay();
    g.imageSmoothingEnabled = m.smooth;
    g.filter = kind === 'none' ? 'none' : 'grayscale(1)';
    g.drawImage(m.image, t % columns * m.width, Math.floor(t / columns) * m.height, m.width, m.height, 0, 0, w, h);
    g.filter = 'none';
    if (kind === 'attention')
      cells(g, w, h, m.rows, m.columns, (r, c) => data.beta[step][m.first + r * m.columns + c] / scale[index]);
    const cam = cams && data.cams[+cams.value];
    if (kind === 'cam' && cam && cam.modality === index) {
      const s = Math.min(cam.steps - 1, Math.floor((t + 0.5) * cam.steps / m.frames));
      const at = s * cam.rows * cam.columns;
      cells(g, w, h, cam.rows, cam.columns, (r, c) => cam.bytes[at + r * cam.columns + c] / 255);
    }
    const k = data.keypoints;
    if (k && k.modality === index && wants('points'))
      figure(g, w, h, k.points[Math.min(k.points.length - 1, Math.floor(t / k.frames_per_step))], k.bones, w / 75);
  }
  function joints(canvas, index, i, step) {
    const m = data.modalities[index], g = canvas.getContext('2d'), w = canvas.width, h = canvas.height;
    const points = m.joints[Math.min(m.frames - 1, Math.floor((i + 0.5) * m.frames / data.frames))];
    g.fillStyle = '#20242b', g.fillRect(0, 0, w, h);
    g.strokeStyle = '#8f99a6', g.lineWidth = 3, g.lineCap = 'round';
    for (const [a, b] of m.bones) bone(g, w, h, points[a], points[b]);
    points.forEach((p, j) => {
      const wanted = m.rows === points.length && overlay() === 'attention';
      const own = wanted ? data.beta[step][m.first + j] / scale[index] : 0;
      g.fillStyle = '#cfd6de', g.beginPath(), g.arc(p[0] * w, p[1] * h, 4, 0, 7), g.fill();
      g.fillStyle = '#ff9100', g.beginPath(), g.arc(p[0] * w, p[1] * h, 15 * Math.sqrt(own), 0, 7), g.fill();
    });
  }
  function bar(name, share, style) {
    const [row, label, track, fill, number] = ['div', 'span', 'span', 'i', 'b'].map(e => document.createElement(e));
    row.className = 'bar ' + style, label.textContent = label.title = name;
    fill.style.width = 100 * (share || 0) + '%';
    number.textContent = percent(share), track.append(fill), row.append(label, track, number);
    return row;
  }
  function heading(text) {
    const h = document.createElement('h4');
    h.textContent = text;
    return h;
  }
  function tell(step) {
    const answers = data.so_far[step].map((p, k) => [p, k]).sort((a, b) => (b[0] || 0) - (a[0] || 0)).slice(0, 5);
    const rows = [heading('Answer so far')];
    for (const [p, k] of answers)
      rows.push(bar(data.classes[k] + (k === data.label ? ' (true)' : ''), p, k === data.label ? 'truth' : ''));
    if (data.modalities.length > 1) {
      rows.push(heading('Attention over sensors'));
      for (const m of data.modalities) rows.push(bar(m.name, m.share[step], ''));
    }
    rows.push(heading('Attention of this step, \u03b1'), bar('step ' + (step + 1) + ' of ' + steps, data.alpha[step], ''));
    bars.replaceChildren(...rows);
    return answers[0];
  }
  function show() {
    const i = +slider.value, step = Math.min(steps - 1, Math.floor((i + 0.5) * steps / data.frames));
    const seconds = (i + 0.5) * data.seconds / data.frames;
    for (const canvas of canvases) {
      const index = +canvas.dataset.modality;
      (data.modalities[index].kind === 'picture' ? picture : joints)(canvas, index, i, step);
    }
    for (const line of section.querySelectorAll('.now')) {
      const left = +line.dataset.left, x = left + (+line.dataset.right - left) * (i + 0.5) / data.frames;
      line.setAttribute('x1', x), line.setAttribute('x2', x);
    }
    const [p, k] = tell(step);
    const words = seconds.toFixed(2) + ' of ' + data.seconds.toFixed(1) + ' s, step ' + (step + 1) + ' of ' + steps;
    clock.textContent = words;
    slider.setAttribute('aria-valuetext', words + ', attention ' + percent(data.alpha[step]) + ', answer so far ' +
                        (p === null ? 'none' : data.classes[k] + ' ' + percent(p)));
  }
  function stop() {
    clearInterval(timer), timer = 0;
    play.textContent = 'Play', play.setAttribute('aria-pressed', 'false');
  }
  play.addEventListener('click', () => {
    if (timer) return stop();
    play.textContent = 'Pause', play.setAttribute('aria-pressed', 'true');
    timer = setInterval(() => {
      slider.value = (+slider.value + 1) % data.frames;
      show();
    }, Math.max(still ? 400 : 60, 1000 * data.seconds / data.frames));
  });
  slider.addEventListener('input', () => { stop(), show(); });
  for (const input of section.querySelectorAll('input[type=radio],input[type=checkbox],select'))
    input.addEventListener('change', show);
  section.querySelector('.player').hidden = false;
  show();
}
)js";

STAC3DL_NAMESPACE_END
