letter = Mensaje
letter-text = Texto del mensaje
letter-fetching = Descargando el mensaje…
letter-fetching-size = Descargando el mensaje, { $size }
letter-fetching-of = Descargando el mensaje, { $size } de { $all }
letter-cancelled = Se ha cancelado la descarga de este mensaje.
letter-fetch = Descargarlo
letter-list = Lista
letter-back-to = Volver a { $subject }
letter-outer = el mensaje exterior
letter-show = Mostrar
letter-face-html = HTML
letter-face-text = Texto
letter-face-source = Código
letter-save = Guardar .eml
letter-previous = Anterior
letter-next = Siguiente
letter-source = Código fuente del mensaje
letter-source-rest = Este es el comienzo; en el archivo guardado hay { $size } más.
letter-no-text = Este mensaje no tiene texto.
letter-cut = El texto es muy largo y este es su comienzo. Está completo entre los adjuntos.
letter-html-cut = Este mensaje es muy largo; el resto no se muestra.
letter-columns = Texto en columnas
letter-quoted = { $count ->
    [one] 1 línea citada
   *[other] { $count } líneas citadas
}
letter-link-opens = abre { $host }
letter-link-writes = escribe a { $address }

letter-to = para { $names }
letter-cc = con copia a { $names }
letter-reply-to = responder a { $names }
letter-more-names = y { NUMBER($count) } más
letter-posing = El nombre del remitente es la dirección de otra persona.
letter-posing-words = Dice { $claimed }, pero este mensaje procede de { $address }.
letter-damaged = Este mensaje está dañado.
letter-encrypted = Cifrado con { $scheme }.
letter-encrypted-words = Aquí no se puede descifrar. Guarde el mensaje y ábralo con el programa que tiene su clave.
letter-signed = Firmado con { $scheme }.
letter-signed-words = Aquí no se comprueba la firma, así que no demuestra quién lo ha escrito.
letter-signed-within = Lo que dice está dentro de la firma, que aquí no se puede abrir. Guarde el mensaje y ábralo con un programa que compruebe firmas.

pictures-blocked = { $count ->
    [one] 1 imagen remota bloqueada.
   *[other] { $count } imágenes remotas bloqueadas.
}
pictures-blocked-words = Cargarlas revelaría al remitente que el mensaje se ha abierto, y desde dónde.
pictures-show = Mostrar una vez
pictures-always = Siempre con este remitente
pictures-shown = Se muestran las imágenes remotas de este mensaje.
pictures-shown-sender = Se muestran las imágenes remotas de este remitente en todos sus mensajes.
pictures-hide = Ocultarlas
pictures-no-longer = Dejar de mostrarlas con este remitente

files = Adjuntos
files-count = { NUMBER($count) } adjuntos, { $size }
files-save-all = Guardar todo
files-save-all-name = Guardar todos los adjuntos en un archivo
file-open = Abrir
file-open-name = Abrir { $name }
file-download = Descargar
file-download-name = Descargar { $name }
type-pdf = PDF
type-calendar = Calendario
type-text = Texto
type-table = Tabla
type-message = Mensaje
type-archive = Archivo comprimido
type-picture = Imagen, { $format }
type-sound = Sonido
type-film = Vídeo
type-file = Archivo

event-invitation = Invitación
event-cancelled = Cancelado
event-answer = Respuesta a una invitación
event = Evento
event-no-name = (sin nombre)
contact = Contacto
event-repeats = { $when }, { $again }
event-from = de { $name }
event-with = con { $names }
event-with-more = con { $names } y { NUMBER($count) } más
event-hourly = { $count ->
    [1] cada hora
   *[other] cada { $count } horas
}
event-daily = { $count ->
    [1] cada día
   *[other] cada { $count } días
}
event-weekly = { $count ->
    [1] cada semana
   *[other] cada { $count } semanas
}
event-monthly = { $count ->
    [1] cada mes
   *[other] cada { $count } meses
}
event-yearly = { $count ->
    [1] cada año
   *[other] cada { $count } años
}

flaw-empty = Este mensaje está vacío.
flaw-no-header = Este mensaje no tiene cabecera.
flaw-no-sender = Este mensaje no indica remitente.
flaw-nested = Este mensaje tiene demasiados niveles o demasiadas partes; las más interiores quedan cerradas.
flaw-many-files = Este mensaje tiene más adjuntos de los que se muestran.
flaw-part = Una parte de este mensaje está dañada; se muestra hasta donde se puede leer.
flaw-early-end = Este mensaje termina antes de tiempo; falta algo al final.
flaw-encoding = Una parte de este mensaje está en una codificación desconocida ({ $name }).
flaw-charset = El texto está en un juego de caracteres desconocido ({ $name }); algunas letras pueden no ser correctas.
flaw-no-top = Este servidor no muestra las cabeceras por separado. El mensaje se ve al abrirlo.
flaw-refused = El servidor no entrega esta cabecera: { $said }
flaw-refused-silently = El servidor no entrega esta cabecera y no dice por qué

# What the user's own provider found out about the sender. $provider: its server.
letter-confirmed = Según { $provider }, este mensaje viene de { $domain }.
letter-refuted = Puede ser falso.
letter-refuted-words = Según { $provider }, no es seguro que este mensaje venga de { $domain }, aunque ese dominio quiere que su correo se reconozca.
letter-fields = Todos los campos de la cabecera
