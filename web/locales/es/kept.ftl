kept = Correo guardado
kept-folders = Carpetas
kept-accounts-and-folders = Cuentas y carpetas
kept-all-inboxes = Todas las entradas
kept-account-here = guardado aquí · { $host }
kept-unread = { NUMBER($count) } sin leer
kept-settings = Ajustes de la cuenta
kept-back-up = Hacer copia de la cuenta
kept-leave = Ver o añadir un buzón
kept-room = { $size } en este dispositivo
kept-room-of = { $size } de { $all } en este dispositivo
kept-notices = Avisos
kept-stop = Detener

folder-inbox = Entrada
folder-archive = Archivo
folder-deleted = Eliminados
folder-own = Carpetas

kept-opening = Abriendo lo guardado…
kept-busy-of = { $name } · { $what }
kept-busy = Guardando · { $what }
kept-idle = Guardado aquí · { $checked }
kept-offline = Sin conexión · { $checked }
kept-followed = Guardado aquí · { $checked } · descarga otra pestaña
kept-not-all = Guardado aquí · { $checked } · no se ha podido descargar todo
kept-not-checked = sin comprobar todavía
kept-checked = comprobado: { $when }
kept-progress = Correo recibido
kept-pause = Pausar
kept-resume = Reanudar
busy-waiting = en espera
busy-wanted-pause = el servidor pide una pausa, sigue en { $time }
busy-paused = { $count ->
    [one] en pausa, falta 1 mensaje
   *[other] en pausa, faltan { $count } mensajes
}
busy-again = conexión perdida, nuevo intento en { $time }
busy-connecting = conectando con el servidor de correo
busy-securing = comprobando el certificado
busy-greeting = esperando el saludo del servidor
busy-signing-in = iniciando sesión
busy-opening = abriendo el buzón
busy-closing = cerrando
busy-size-of = { $size } de { $all }
busy-rate = { $size }/s
busy-left = quedan { $time }
time-seconds = { NUMBER($count) } s
time-minutes = { NUMBER($count) } min
time-hours = { NUMBER($hours) } h { NUMBER($minutes) } min

kept-search = Búsqueda
kept-conversation = Conversación
kept-all-mail = Todo el correo
kept-found = { $count ->
    [one] 1 encontrado · primero lo más parecido
   *[other] { $count } encontrados · primero lo más parecido
}
kept-end-search = Terminar la búsqueda
kept-back-to-list = Volver a la lista
kept-filter = Filtro
filter-all = Todos
filter-unread = Sin leer
filter-starred = Destacados
filter-attachments = Con adjuntos
kept-sort = Orden
order-newest = Más recientes primero
order-oldest = Más antiguos primero
order-sender = Por remitente
order-subject = Por asunto
order-largest = Más grandes primero
kept-folder = Carpeta…
kept-empty-deleted = Vaciar Eliminados
kept-list-opening = Abriendo…
kept-nothing-found = No se ha encontrado nada para { $words }.
kept-nothing-found-words = Tienen que estar todas las palabras. Se busca en remitentes, destinatarios, asuntos, textos y nombres de adjuntos.
kept-none-like-that = Aquí no hay ningún mensaje así.
kept-show-all = Mostrar todos
kept-mail-comes = El correo aparece aquí según llega.
kept-no-mail = Aquí no hay correo.

tool-delete = Eliminar
tool-archive = Archivar
tool-move = Mover a…
tool-read = Marcar como leído
tool-unread = Marcar como no leído
tool-star = Destacar
tool-unstar = Quitar destacado
tool-conversation = Conversación ({ NUMBER($count) })
kept-rest = De este mensaje solo se guarda aquí la cabecera; el resto está en el servidor.
kept-rest-fetch = Descargar el resto
kept-rest-fetching = Descargando el resto…

move-title = Mover a
move-what = { $count ->
    [one] 1 mensaje a:
   *[other] { $count } mensajes a:
}
move-several = Los mensajes son de varias cuentas. Para moverlos hay que elegir mensajes de una sola.
move-new = Carpeta nueva
move-new-button = Crearla y mover

folder = Carpeta
folder-name = Nombre
folder-rename = Cambiar nombre
folder-remove-words = Al quitar la carpeta, sus mensajes pasan a Archivo.
folder-remove = Quitar la carpeta

told-moved = { $count ->
    [one] 1 mensaje movido a { $folder }.
   *[other] { $count } mensajes movidos a { $folder }.
}
told-restored = { $count ->
    [one] 1 mensaje devuelto a su sitio.
   *[other] { $count } mensajes devueltos a su sitio.
}
told-imported = { $count ->
    [one] 1 mensaje importado en Archivo.
   *[other] { $count } mensajes importados en Archivo.
}
told-exported = { $count ->
    [one] 1 mensaje escrito en un archivo.
   *[other] { $count } mensajes escritos en un archivo.
}
told-saved = Ajustes guardados.
told-forgotten = Olvidado: la próxima comprobación pedirá iniciar sesión.
told-removed = La cuenta se ha quitado de este dispositivo. En el servidor no ha cambiado nada.
file-rescued = correo rescatado
file-writing-of = Escribiendo el archivo: { NUMBER($done) } de { NUMBER($all) } mensajes, { $size }
file-writing = { $count ->
    [one] Escribiendo el archivo: 1 mensaje, { $size }
   *[other] Escribiendo el archivo: { $count } mensajes, { $size }
}
file-taking-in = { $count ->
    [one] Importando: 1 mensaje, { $size }
   *[other] Importando: { $count } mensajes, { $size }
}

empty-title = ¿Vaciar Eliminados?
empty-words = { $count ->
    [one] 1 mensaje de Eliminados se quitará definitivamente de este dispositivo. No se puede deshacer.
   *[other] { $count } mensajes de Eliminados se quitarán definitivamente de este dispositivo. No se puede deshacer.
}
empty-yes = Quitar definitivamente
remove-title = ¿Quitar de este dispositivo?
remove-words = { $count ->
    [one] 1 mensaje de { $name } y sus carpetas se quitarán de este dispositivo. En el servidor no se borra nada: lo que sigue allí se queda, y lo que solo está aquí se pierde. En caso de duda, conviene hacer antes una copia.
   *[other] { $count } mensajes de { $name } y sus carpetas se quitarán de este dispositivo. En el servidor no se borra nada: lo que sigue allí se queda, y lo que solo está aquí se pierde. En caso de duda, conviene hacer antes una copia.
}
remove-yes = Quitar de este dispositivo
discard-title = ¿Quitar lo guardado?
discard-words = El buzón dañado, con todas las cuentas, se quitará de este dispositivo. Conviene guardar antes lo que se pueda leer. El correo que sigue en el servidor no se ve afectado.
discard-yes = Quitarlo

sign-in = Iniciar sesión
sign-in-for = Para { $user } en { $host }, a fin de descargar lo nuevo.
sign-in-words = Cifrada, con una clave que este navegador no entrega. Quien pueda abrir este navegador podrá descargar el correo con ella. De lo contrario, se olvida al cerrar esta pestaña.

trouble-account = Cuenta: { $name }
trouble-password = Iniciar sesión…
trouble-rescue = Guardar lo que se pueda leer
trouble-discard = Quitarlo y empezar de nuevo…
trouble-preview = Vista previa de un buzón

expires = { $days ->
    [0] El servidor quita el correo por sí mismo una vez descargado.
    [1] El servidor quita el correo por sí mismo al cabo de un día.
   *[other] El servidor quita el correo por sí mismo al cabo de { $days } días.
}
settings-postponed = { $count ->
    [one] 1 mensaje no se ha podido descargar; se volverá a intentar.
   *[other] { $count } mensajes no se han podido descargar; se volverá a intentar.
}
settings-server = En el servidor
settings-server-words = Qué pasa allí con los mensajes que se guardan aquí. No se borra nada antes de que esté a salvo en este dispositivo.
policy-leave = Dejarlos
policy-leave-words = Otros dispositivos también los ven.
policy-after = Borrarlos después de
policy-after-words = Se cuenta desde el día en que el mensaje se guardó aquí.
policy-here = Borrarlos al eliminarlos aquí
policy-here-words = Cuando un mensaje pasa aquí a Eliminados, se borra del servidor en la siguiente comprobación.
policy-once = Borrarlos una vez guardados
policy-once-words = El modo clásico: la única copia queda en este dispositivo. Conviene hacer copias.
policy-headers = Solo cabeceras
policy-headers-words = Solo se guardan las cabeceras; el resto de un mensaje llega cuando se pide.
settings-device = En este dispositivo
settings-limit = Descargar solo la cabecera de los mensajes de más de
settings-check = Comprobar correo nuevo cada
settings-check-words = Mientras esta página está abierta. Si el servidor pide una pausa entre dos visitas, se respeta.
settings-days = días
settings-megabytes = megabytes
settings-mb = MB
settings-minutes = minutos
settings-wrong-days = Hay que escribir un número de días, como 30.
settings-wrong-megabytes = Hay que escribir un número de megabytes, como 10.
settings-wrong-minutes = Hay que escribir un número de minutos, como 15.
settings-would-delete = { $count ->
    [0] Ahora no borraría nada en el servidor; más adelante borra lo que corresponda.
    [one] Ahora borraría 1 mensaje en el servidor, en la próxima comprobación. Aquí sigue guardado.
   *[other] Ahora borraría { $count } mensajes en el servidor, en la próxima comprobación. Aquí siguen guardados.
}
settings-yes = Sí, borrar en el servidor
settings-no = No, no cambiar nada
settings-counting = Contando…
settings-save = Guardar
settings-account = Esta cuenta
settings-promised = El navegador ha prometido no borrarlo por su cuenta.
settings-not-promised = El navegador puede borrarlo si falta espacio: conviene hacer una copia.
settings-zip = Guardar como ZIP de .eml
settings-forget = Olvidar la contraseña
settings-forget-sign-in = Olvidar la sesión iniciada
settings-remove = Quitar esta cuenta…
settings-import = Importar
settings-import-words = Lleva a Archivo los mensajes de archivos mbox y .eml.
