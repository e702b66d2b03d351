// A signature is a name; whoever likes draws it besides. What is drawn goes along as a picture.
const begin = (part) => {
  const canvas = part.querySelector("canvas");
  const field = part.querySelector('input[name="drawing"]');
  const pen = canvas.getContext("2d");
  let isDown = false;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };

  const wipe = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  };

  pen.lineWidth = 4;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  canvas.addEventListener("pointerdown", (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    isDown = false;
    field.value = canvas.toDataURL("image/png");
  });
  part.querySelector("[data-wipe]").addEventListener("click", wipe);
  part.closest("form").addEventListener("reset", wipe);
  part.hidden = false;
};

document.querySelectorAll("[data-sign] [data-draw]").forEach(begin);
