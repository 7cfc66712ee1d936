close = Cerrar
cancel = Cancelar
undo = Deshacer
try-again = Volver a intentarlo
fetching = Descargando…
close-notice = Cerrar este aviso
password = Contraseña
keep-password = Guardar la contraseña en este dispositivo
about-page = Acerca de esta página
messages = { $count ->
    [one] 1 mensaje
   *[other] { $count } mensajes
}
no-sender = (sin remitente)
no-subject = (sin asunto)
size-bytes = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
}
size = { $number } { $unit }
today = Hoy
yesterday = Ayer
language = Idioma

# How the page looks; the device may be set to light or dark.
looks-theme = Tema
looks-system = Como el dispositivo
looks-light = Claro
looks-dark = Oscuro
looks-rows = Filas
looks-comfortable = Amplias
looks-compact = Compactas
looks-contrast = Contraste
looks-high = Alto
looks-zoom = Tamaño del texto de los mensajes
percent = { NUMBER($number) } %

# What is drawn beyond the form, loaded beside it.
rest-loading = Cargando el resto de la página…
rest-failed = El resto de la página no se ha cargado.
rest-failed-words = El servidor de esta página no lo ha enviado. Hay que intentarlo otra vez; si sigue igual, conviene recargar la página: puede que su servidor ofrezca ya una versión más nueva.
