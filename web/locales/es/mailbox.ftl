mailbox-of = Buzón de { $user }
mailbox-rail = Buzón
mailbox-on-server = En el servidor
mailbox-path = Camino
mailbox-path-title = Camino y certificado
mailbox-close = Cerrar buzón
mailbox-open-again = Abrir de nuevo
mailbox-actions = Acciones
mailbox-nothing-to-read = No hay nada que leer.
mailbox-choose = El mensaje que se elija se leerá aquí.
mailbox-empty = Este buzón está vacío. No hay correo en espera.
mailbox-tls-here = TLS en este navegador
mailbox-tls-at-bridge = TLS termina en el puente
mailbox-clear = texto claro
mailbox-room = { $size } en el servidor. En este dispositivo no se guarda nada y allí no cambia nada.
mailbox-room-marked = { $count ->
    [one] { $size } en el servidor. En este dispositivo no se guarda nada. Al cerrar el buzón se borrará allí 1 mensaje.
   *[other] { $size } en el servidor. En este dispositivo no se guarda nada. Al cerrar el buzón se borrarán allí { $count } mensajes.
}
mailbox-deleting = { $count ->
    [one] Borrando 1 mensaje en el servidor y cerrando el buzón…{ $far }
   *[other] Borrando { $count } mensajes en el servidor y cerrando el buzón…{ $far }
}
of = { NUMBER($some) } de { NUMBER($all) }

status-preview = Vista previa · no se guarda nada
status-ended = Vista previa · sin conexión
status-headers = { $known } cabeceras
status-waiting = conexión perdida, nuevo intento en { NUMBER($seconds) } s ({ NUMBER($attempt) } de { NUMBER($of) })
status-again = conectando de nuevo
status-closing = cerrando
status-try-now = Intentarlo ahora

notice-begun-anew = El buzón ha cambiado en el servidor, así que la lista se ha vuelto a empezar.
notice-changed = El buzón ha cambiado en el servidor: tenía { NUMBER($before) } mensajes y ahora tiene { NUMBER($now) }. La lista se ha vuelto a empezar.
notice-restarted = El motor de Restante se detuvo y se ha iniciado de nuevo. Si lo causó un mensaje, los demás no se ven afectados.

list-messages = Mensajes
list-newest-first = primero lo más reciente
list-day-newest-first = { $day } · primero lo más reciente
list-found = Encontrados
row-unread = Sin leer.
row-new = Nuevo.
row-starred = Destacado.
row-to-be-deleted = por borrar
row-thread = en esta conversación
row-thread-count = { NUMBER($count) } en esta conversación
row-header-only = solo se guarda la cabecera
row-header-only-title = Solo se guarda la cabecera
row-attachments = con adjuntos

tool-check = Comprobar correo nuevo
tool-chosen = { $count ->
    [one] 1 seleccionado
   *[other] { $count } seleccionados
}
tool-choose-none = Anular selección
tool-delete-on-server = Borrar en el servidor
tool-to-be-deleted = { NUMBER($count) } por borrar

delete-title = ¿Borrar en el servidor?
delete-words = { $count ->
    [one] Al cerrar el buzón se borrará definitivamente 1 mensaje en el servidor. Hasta entonces no se envía nada y «Deshacer» lo anula.
   *[other] Al cerrar el buzón se borrarán definitivamente { $count } mensajes en el servidor. Hasta entonces no se envía nada y «Deshacer» lo anula.
}
delete-button = { $count ->
    [one] Borrar 1 mensaje
   *[other] Borrar { $count } mensajes
}

told-no-news = No hay correo nuevo.
told-news = { $count ->
    [one] 1 mensaje nuevo.
   *[other] { $count } mensajes nuevos.
}
told-gone = { $count ->
    [one] 1 mensaje ya no está en el servidor.
   *[other] { $count } mensajes ya no están en el servidor.
}
told-marked = { $count ->
    [one] 1 mensaje se borrará al cerrar el buzón.
   *[other] { $count } mensajes se borrarán al cerrar el buzón.
}
told-unmarked = { $count ->
    [one] 1 mensaje se queda en el servidor.
   *[other] { $count } mensajes se quedan en el servidor.
}
told-lost = { $count ->
    [one] 1 mensaje ya no se borrará: no se sabe con certeza cuál se había marcado.
   *[other] { $count } mensajes ya no se borrarán: no se sabe con certeza cuáles se habían marcado.
}

search = Buscar en el correo
search-help = Palabras, «frases entre comillas», from: to: subject: has:attachment is:unread before: after: larger: in:
search-clear = Borrar
search-found-newest = { $count ->
    [one] 1 encontrado · primero lo más reciente
   *[other] { $count } encontrados · primero lo más reciente
}
search-reach-all = { $count ->
    [one] Se ha buscado en 1 mensaje: remitentes, destinatarios, asuntos y comienzos de los textos.
   *[other] Se ha buscado en { $count } mensajes: remitentes, destinatarios, asuntos y comienzos de los textos.
}
search-reach = { $all ->
    [one] Se ha buscado en { NUMBER($known) } de 1 mensaje: remitentes, destinatarios, asuntos y comienzos de los textos.
   *[other] Se ha buscado en { NUMBER($known) } de { $all } mensajes: remitentes, destinatarios, asuntos y comienzos de los textos.
}
search-fetch = { $count ->
    [one] Descargar la cabecera que falta
   *[other] Descargar las otras { $count } cabeceras
}
search-fetch-stop = Dejar de descargar cabeceras
search-bad-day = «{ $what }» no es un día: se escribe como 2026-11-28
search-bad-size = «{ $what }» no es un tamaño: se escribe como 500K o 2M
search-bad-mark = «{ $what }» no se conoce aquí: se puede probar con has:attachment, is:unread, is:starred
search-bad-read = un servidor no dice qué se ha leído
search-nothing = Ningún mensaje tiene estas palabras.
search-nothing-here = Ninguno de los mensajes cuyas cabeceras están aquí tiene estas palabras.

session = Esta sesión
session-address = Dirección
session-encryption = Cifrado
session-greeting = Saludo
session-software = Programa
session-mechanism = Identificación
session-commands = Órdenes
session-pipelined = en un solo envío
session-lock-step = una a una
session-trusted = No se puede verificar por sí mismo; se confía solo en este.
session-bridge = Puente:
session-bridge-own = el que sirve esta página.
session-bridge-other = { $bridge }, quizá administrado por alguien distinto de quien sirve esta página; responde de él quien lo administra.
session-bridge-reads = Ve desde dónde se lee, qué servidor, cuándo y cuánto, y podría leerlo todo.
session-bridge-blind = Ve desde dónde se lee, qué servidor, cuándo y cuánto, pero nada del contenido.

newer = Hay una versión nueva.
newer-words = Al actualizar se recargan todas las pestañas abiertas de esta página.
newer-update = Recargar y actualizar
newer-later = Más tarde

## Órdenes y teclas.

commands = Órdenes
commands-find = Buscar una orden
commands-none = Ninguna orden se llama así.
command-down = Mensaje siguiente de la lista
command-up = Mensaje anterior de la lista
command-read = Abrir el mensaje
command-choose = Elegir el mensaje
command-choose-all = Elegir todos los mensajes
command-next = Leer el mensaje siguiente
command-previous = Leer el mensaje anterior
command-write = Escribir un mensaje
command-delete = Borrar
command-archive = Archivar
command-star = Destacar
command-unread = Marcar como no leído o leído
command-move = Mover a una carpeta
command-print = Imprimir
command-larger = Texto más grande
command-smaller = Texto más pequeño
command-conversation = Mostrar la conversación
command-check = Comprobar correo nuevo
keys = Teclas
keys-words = Elija una tecla para cambiarla y pulse otra. Retroceso la quita.
keys-press = pulse una tecla
keys-none = ninguna
keys-change = { $command }: tecla { $key }
keys-fixed = Estas no cambian
keys-commands = Todas las órdenes
keys-back = Atrás
keys-range = Elegir varios
keys-send = Enviar el mensaje
keys-reset = Usar las teclas habituales
